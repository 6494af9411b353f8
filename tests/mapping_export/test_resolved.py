"""Tables, choices and constants are those that golden multiplies with."""

import io
import json

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.errors import SpecError
from hwgen.golden.products import products_of
from hwgen.mapping_export.resolved import resolve
from hwgen.mapping_export.tables import archive, raw_tables
from hwgen.spec.mapping import LayerMapping, Mapping


def products_by_layer(network, mapping):
    for layer in network.convolutions:
        zero_point = network.quantizations[layer.inputs[0]].zero_point
        yield layer, products_of(layer, mapping.layers[layer.name], zero_point)


def test_choices_name_the_tables_that_golden_uses(mapped):
    network, mapping, _, resolved = mapped
    assert len(set(resolved.names)) == len(resolved.names) == len(resolved.tables)
    for found, (layer, products) in zip(
        resolved.layers, products_by_layer(network, mapping), strict=True
    ):
        assert found.layer is layer
        for number, table in enumerate(products.tables):
            chosen = np.unique(found.choice[products.choice == number])
            assert len(chosen) == 1
            np.testing.assert_array_equal(resolved.tables[chosen[0]], table)
            name, mode = resolved.names[chosen[0]]
            assert products.names[number] == f"{name} mode {mode}"


def test_constants_and_weights_make_the_bias_again(mapped):
    network, mapping, _, resolved = mapped
    for found, (layer, products) in zip(
        resolved.layers, products_by_layer(network, mapping), strict=True
    ):
        sums = layer.weights.sum(axis=(1, 2, 3), dtype=np.int64)
        again = layer.bias + found.constants - found.activation_zero * sums
        np.testing.assert_array_equal(again, products.bias)
        offset, width = found.weight_encoding
        tuned = found.mapping.tuned_weights
        stored = layer.weights if tuned is None else tuned.codes(layer.weights.shape)
        bytes_again = (stored.astype(int) + offset) & ((1 << width) - 1)
        np.testing.assert_array_equal(bytes_again, products.codes)


def test_the_archive_holds_what_golden_multiplies_with(mapped):
    network, mapping, _, resolved = mapped
    with np.load(io.BytesIO(archive(resolved)), allow_pickle=False) as found:
        tables = found["tables"]
        np.testing.assert_array_equal(tables, resolved.tables)
        description = json.loads(str(found["description"]))
        assert [x["name"] for x in description["layers"]] == [x.name for x in network.convolutions]
        for layer, products in products_by_layer(network, mapping):
            chosen = found[f"{layer.name}/choice"]
            for number, table in enumerate(products.tables):
                (own,) = np.unique(chosen[products.choice == number])
                np.testing.assert_array_equal(tables[own], table)
            for name in ("codes", "bias", "sum_factor"):
                np.testing.assert_array_equal(
                    found[f"{layer.name}/{name}"], getattr(products, name)
                )
            update = mapping.layers[layer.name].bias_update or (0,) * len(layer.bias)
            np.testing.assert_array_equal(found[f"{layer.name}/bias_update"], update)


def test_raw_tables_are_activation_major(mapped):
    *_, resolved = mapped
    files = raw_tables(resolved)
    wide = [name for name in files if name.endswith(".i32.bin")]
    assert len(wide) == len(resolved.tables)
    for name, table in zip(wide, resolved.tables, strict=True):
        np.testing.assert_array_equal(np.frombuffer(files[name], "<i4").reshape(256, 256), table)


def test_two_unsigned_bytes_get_a_table_of_16_bits(mapped):
    network, *_ = mapped
    layers = {x.name: LayerMapping(multiplier="exact_u8") for x in network.convolutions}
    files = raw_tables(resolve(network, Mapping(layers)))
    found = np.frombuffer(files["exact_u8_mode_0.u16.bin"], "<u2").reshape(256, 256)
    np.testing.assert_array_equal(found, find("exact_u8").table(0))


def test_a_mapping_of_another_network_is_refused(mapped):
    network, mapping, *_ = mapped
    with pytest.raises(SpecError, match=r"^mapping lacks the layer stem$"):
        resolve(network, Mapping({x: y for x, y in mapping.layers.items() if x != "stem"}))
