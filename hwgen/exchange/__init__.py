"""Multipliers in and out: Verilog that others wrote, tables and circuits for other tools."""
