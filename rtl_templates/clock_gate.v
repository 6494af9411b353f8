// clock_gate: Clock that stands still in cycles in which it is not enabled.
//
// The latch keeps the enable stable while the clock is high, so that no pulse is cut. This is a
// model for simulation and for synthesis without a library's own cell: for an ASIC replace the
// body of the module by the integrated clock-gating cell of the library, for example
//
//   sky130_fd_sc_hd__dlclkp_1 cell (.CLK(clk_i), .GATE(enable_i), .GCLK(clk_o));
//   sg13g2_lgcp_1             cell (.CLK(clk_i), .GATE(enable_i), .GCLK(clk_o));
//
// On an FPGA, clocks do not pass through logic: generate with clock enables instead.
module clock_gate(clk_i, enable_i, clk_o);
  input clk_i;
  input enable_i;
  output clk_o;
  reg enabled;
  // verilator lint_off LATCH
  always @(clk_i or enable_i)  // a latch is what is wanted
    if (!clk_i) enabled = enable_i;
  // verilator lint_on LATCH
  assign clk_o = clk_i & enabled;
endmodule
