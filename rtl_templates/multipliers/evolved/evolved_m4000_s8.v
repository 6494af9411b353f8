// hwgen evolve --seed-circuit evolved_m2700_s8 --mae 4% --seed 2 --evaluations 500000 --name evolved_m4000_s8 -o RUN
// MAE 3.9769 % of 2**16, WCE 12968, mean error 394; in hwgen_generic 7.0 um2, 0.116 ns, 0.00445 pJ a product
module evolved_m4000_s8 (input signed [7:0] a, input signed [7:0] w, output signed [15:0] p);
  wire n0 = ~w[7];
  wire n1 = w[6] | n0;
  wire n2 = a[6] | n1;
  wire n3 = w[6] & n0;
  wire n4 = ~n3;
  wire n5 = a[7] | n4;
  wire n6 = a[7] | n1;
  wire n7 = ~n6;
  wire n8 = ~n2;
  wire n9 = n3 | n7;
  wire n10 = n5 & n9;
  assign p[0] = w[6];
  assign p[1] = n7;
  assign p[2] = 1'b0;
  assign p[3] = n1;
  assign p[4] = 1'b1;
  assign p[5] = 1'b0;
  assign p[6] = 1'b1;
  assign p[7] = 1'b0;
  assign p[8] = n8;
  assign p[9] = w[7];
  assign p[10] = n3;
  assign p[11] = n3;
  assign p[12] = n8;
  assign p[13] = n10;
  assign p[14] = n10;
  assign p[15] = n10;
endmodule
