#include <emscripten/bind.h>

#include "normalization/layer_norm.h"
#include "normalization/softmax.h"
#include "views.h"

namespace attnlab::bindings {
namespace {

void softmax(Pointer x, Pointer out, Index rows, Index length, double temperature) {
  normalization::softmax(input(x, rows, length), temperature, output(out, rows, length));
}

void log_softmax(Pointer x, Pointer out, Index rows, Index length, double temperature) {
  normalization::log_softmax(input(x, rows, length), temperature, output(out, rows, length));
}

void layer_norm(Pointer x, Pointer gamma, Pointer beta, Pointer out, Index rows, Index length,
                double eps, bool center) {
  normalization::layer_norm(input(x, rows, length),
                            {.gamma = at<const float>(gamma),
                             .beta = at<const float>(beta),
                             .eps = eps,
                             .center = center},
                            output(out, rows, length));
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_normalization) {
  using namespace attnlab::bindings;
  emscripten::function("softmax(x, out, rows, length, temperature)", &softmax);
  emscripten::function("logSoftmax(x, out, rows, length, temperature)", &log_softmax);
  emscripten::function("layerNorm(x, gamma, beta, out, rows, length, eps, center)", &layer_norm);
}
