"""What readable Verilog looks like."""

from hwgen.readable.write import readable

YOSYS = r"""module dut(\byte , word, clk, rst, y, z);
  reg \$run_once = 0;
  input [3:0] \byte ;
  wire [3:0] \byte ;
  input [4:0] word;
  wire [4:0] word;
  input clk;
  wire clk;
  input rst;
  wire rst;
  output [3:0] y;
  reg [3:0] y = 4'h2;
  output [5:0] z;
  wire [5:0] z;
  wire \$1 ;
  reg [3:0] \$2 ;
  wire [4:0] \$3 ;
  wire [5:0] \$4 ;
  wire [3:0] \word.code ;
  wire \word.last ;
  wire \word.unused ;
  wire [4:0] \y$5 ;
  assign \$1  = \byte  == 2'h3;
  assign \$3  = y + 1'h1;
  assign \$4  = { word[4], word[4], word[4], word[2:0] };
  always @(posedge clk)
    y <= \$2 ;
  always @* begin
    \$2  = y;
    casez (word[3:0])
      4'h4:
          /* empty */;
      4'h5:
          if (\$1 ) begin
            \$2  = \$3 [3:0];
          end
    endcase
    if (rst) begin
      \$2  = 4'h2;
    end
  end
  child \inside  (
    .\begin (\$3 ),
    .y(\y$5 )
  );
  assign z = \$4 ;
  assign \word.code  = word[3:0];
  assign \word.last  = word[4];
  assign \word.unused  = word[0];
endmodule"""

READABLE = r"""module dut(
  \byte , word, clk, rst, y, z
);
  input [3:0] \byte ;
  input [4:0] word;
  input clk;
  input rst;
  output reg [3:0] y;
  output [5:0] z;
  wire [4:0] y_2;
  wire [4:0] y_plus_1;
  wire [3:0] word_code = word[3:0];
  wire word_last = word[4];
  initial begin
    y = 4'h2;
  end
  assign y_plus_1 = y + 4'd1;
  always @(posedge clk) begin
    casez (word_code)
      4'h4:
          /* empty */;
      4'h5:
          if (\byte  == 4'd3) y <= y + 4'd1;
      default: ;
    endcase
    if (rst) y <= 4'h2;
  end
  child inside_value (
    .\begin (y_plus_1),
    .y(y_2)
  );
  assign z = { {3{word_last}}, word[2:0] };
endmodule"""


def test_a_whole_module():
    assert readable(YOSYS).splitlines() == READABLE.splitlines()
