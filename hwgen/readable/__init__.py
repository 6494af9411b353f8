"""Verilog that Yosys wrote, made readable without a change of its meaning."""
