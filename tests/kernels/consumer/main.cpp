// One head of attention with the installed library: prints 3.19318 1.93111 2.94461 1.31117.
#include <attnlab/attention/exact.h>

#include <iostream>
#include <vector>

int main() {
  using attnlab::linalg::ConstMatrix;
  using attnlab::linalg::Matrix;
  const std::vector<float> q{1, 0, 0, 1, 1, 1, -1, 1};  // [4, 2]
  const std::vector<float> k{0, 1, 1, 0, 1, -1, 2, 0};  // [4, 2]
  const std::vector<float> v{1, 2, 3, 4};               // [4, 1]
  std::vector<float> out(4);
  std::vector<float> workspace(attnlab::attention::exact_workspace(4, 4, 2, 1));
  attnlab::attention::exact(ConstMatrix(q.data(), 4, 2), ConstMatrix(k.data(), 4, 2),
                            ConstMatrix(v.data(), 4, 1), {.scale = 1.0}, Matrix(out.data(), 4, 1),
                            workspace);
  for (const float value : out) {
    std::cout << value << ' ';
  }
  std::cout << '\n';
}
