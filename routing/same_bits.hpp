// Exponential and power with the same bits on every machine: the C library picks an implementation
// by the processor's abilities, and they differ in the last bit (R30). Sums and products alone,
// compiled without contraction; within 1e-14 of the true value.
#pragma once

namespace routing {

double same_exp(double x);                      // x is clamped to -700 .. 700
double same_pow(double base, double exponent);  // base > 0

}  // namespace routing
