#include "routing/same_bits.hpp"

#include <algorithm>
#include <cmath>

namespace routing {
namespace {

constexpr double ln2_high = 6.93147180369123816490e-01;  // its low bits are zero
constexpr double ln2_low = 1.90821492927058770002e-10;

constexpr double exp_terms[] = {  // 1 / n!
    1.0 / 87178291200,
    1.0 / 6227020800,
    1.0 / 479001600,
    1.0 / 39916800,
    1.0 / 3628800,
    1.0 / 362880,
    1.0 / 40320,
    1.0 / 5040,
    1.0 / 720,
    1.0 / 120,
    1.0 / 24,
    1.0 / 6,
    1.0 / 2,
    1.0,
    1.0};
constexpr double log_terms[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
                                1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3,  1.0};

double same_log(double x) {
    int power = 0;
    double part = std::frexp(x, &power);  // 0.5 .. 1
    if (part < 0.70710678118654752440) {
        part *= 2;
        --power;
    }
    const double s = (part - 1) / (part + 1);
    double sum = 0;
    for (const double term : log_terms) sum = sum * s * s + term;
    return power * ln2_high + (2 * s * sum + power * ln2_low);
}

}  // namespace

double same_exp(double x) {
    x = std::clamp(x, -700.0, 700.0);
    const double power = std::floor(x * 1.44269504088896338700 + 0.5);
    const double rest = (x - power * ln2_high) - power * ln2_low;
    double sum = 0;
    for (const double term : exp_terms) sum = sum * rest + term;
    return std::ldexp(sum, static_cast<int>(power));
}

double same_pow(double base, double exponent) {
    return same_exp(exponent * same_log(base));
}

}  // namespace routing
