"""The summary of a build: what was saved, what it cost, and whether it is proven."""

from typing import Any

from hwgen.commands.table import brief, table

__all__ = ["summary", "summary_text"]

_ROLES = {"exact": "exact", "precision": "precision alone", "pick": "hwgen"}
_HEADERS = (
    "mapping",
    "multiplier",
    "accuracy %",
    "energy nJ",
    "% exact",
    "% prec.",
    "array um2",
    "% exact",
    "% prec.",
)


def summary(document: dict[str, Any]) -> dict[str, Any]:
    """Figures of a simulated and synthesized build.

    Parameters
    ----------
    document : dict
        Of :func:`hwgen.report.summary.build_document`.
    """
    arrays, simulation = document["synthesis"]["arrays"], document["simulation"]
    designs = {}
    for role in _ROLES:
        point = document["points"][document["chosen"][role]]
        designs[role] = {
            "multiplier": point["multiplier"],
            "layers": point["layers"],
            "accuracy": point["accuracy"],
            "test_accuracy": point["test_accuracy"],
            "test_drop_interval": point["test_drop_interval"],
            "multiplier_energy_pj": arrays[role]["multiplier_energy_pj"],
            "array_area_um2": arrays[role]["array_area_um2"],
        }
    return {
        "technology": document["technology"],
        "test_images": document["network"]["test_images"],
        "max_drop": document["search"]["max_drop"],
        "evaluations": document["search"]["questions"],
        "designs": designs,
        "simulated_images": simulation["images"],
        "tensors_compared": simulation["tensors"],
        "codes_compared": simulation["codes"],
        "mismatches": simulation["mismatches"],
    }


def summary_text(figures: dict[str, Any]) -> str:
    """The figures as a table."""
    designs = figures["designs"]

    def percent(role: str, key: str, base: str) -> str:
        return f"{100 * designs[role][key] / designs[base][key]:.1f}"

    rows = [
        (
            label,
            brief(designs[role]["multiplier"]),
            f"{designs[role]['test_accuracy']:.2f}",
            f"{designs[role]['multiplier_energy_pj'] / 1e3:.1f}",
            percent(role, "multiplier_energy_pj", "exact"),
            percent(role, "multiplier_energy_pj", "precision"),
            f"{designs[role]['array_area_um2']:.0f}",
            percent(role, "array_area_um2", "exact"),
            percent(role, "array_area_um2", "precision"),
        )
        for role, label in _ROLES.items()
    ]
    return (
        f"{table(_HEADERS, rows)}\n\n"
        f"accuracy: {figures['test_images']} test images, read once; at most "
        f"{figures['max_drop']:g} points were allowed to be lost\n"
        f"energy: multipliers alone, one image; technology {figures['technology']}\n"
        f"search: {figures['evaluations']} mappings and probes evaluated\n"
        f"proof: {figures['tensors_compared']} tensors of {figures['simulated_images']} images "
        f"({figures['codes_compared']} codes) compared bit for bit, "
        f"{figures['mismatches']} mismatches"
    )
