// hwgen evolve --seed-circuit evolved_m2700_s8 --mae 5% --seed 2 --evaluations 500000 --name evolved_m5000_s8 -o RUN
// MAE 4.9996 % of 2**16, WCE 16384, mean error -43.6; in hwgen_generic 3.4 um2, 0.101 ns, 0.002851 pJ a product
module evolved_m5000_s8 (input signed [7:0] a, input signed [7:0] w, output signed [15:0] p);
  wire n0 = w[5] | w[6];
  wire n1 = ~w[7];
  wire n2 = n0 & n1;
  wire n3 = a[7] & n2;
  assign p[0] = w[2];
  assign p[1] = n3;
  assign p[2] = n0;
  assign p[3] = w[6];
  assign p[4] = a[5];
  assign p[5] = w[5];
  assign p[6] = n3;
  assign p[7] = 1'b0;
  assign p[8] = 1'b0;
  assign p[9] = 1'b0;
  assign p[10] = 1'b0;
  assign p[11] = 1'b0;
  assign p[12] = n2;
  assign p[13] = n3;
  assign p[14] = n3;
  assign p[15] = n3;
endmodule
