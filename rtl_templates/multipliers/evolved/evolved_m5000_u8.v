// hwgen evolve --seed-circuit truncated_12_2x2_m_c_u8.v --mae 5% --seed 1 --evaluations 500000 --name evolved_m5000_u8 -o RUN
// MAE 4.9151 % of 2**16, WCE 18021, mean error 1.18e+03; in hwgen_generic 9.0 um2, 0.134 ns, 0.01259 pJ a product
module evolved_m5000_u8 (input [7:0] a, input [7:0] w, output [15:0] p);
  wire n0 = w[6] | w[7];
  wire n1 = a[7] & w[5];
  wire n2 = a[6] & w[7];
  wire n3 = n1 | n2;
  wire n4 = w[6] | n3;
  wire n5 = ~w[6];
  wire n6 = a[7] | n5;
  wire n7 = n4 & n6;
  wire n8 = w[6] & n2;
  wire n9 = a[7] & w[7];
  wire n10 = n8 ^ n9;
  wire n11 = n6 & n8;
  assign p[0] = w[4];
  assign p[1] = n2;
  assign p[2] = n0;
  assign p[3] = w[6];
  assign p[4] = w[6];
  assign p[5] = n2;
  assign p[6] = w[6];
  assign p[7] = w[6];
  assign p[8] = a[0];
  assign p[9] = n7;
  assign p[10] = w[5];
  assign p[11] = a[6];
  assign p[12] = n0;
  assign p[13] = n7;
  assign p[14] = n10;
  assign p[15] = n11;
endmodule
