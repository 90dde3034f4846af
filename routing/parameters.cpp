#include "routing/parameters.hpp"

#include <array>

namespace routing {

std::span<const Knob> knobs() {
    using P = Parameters;
    static constexpr auto list = std::to_array<Knob>({
        {"lookahead_s", &P::lookahead_s, 0, 3600,
         "slack in seconds below which nothing is more urgent"},
        {"tau_live", &P::tau_live, 0.05, 5,
         "how fast urgency of sessions falls with slack, in targets"},
        {"tau_asynchronous", &P::tau_asynchronous, 0.05, 5, "the same for asynchronous work"},
        {"late_base", &P::late_base, 0, 1, "urgency of what has just become late"},
        {"late_linear", &P::late_linear, 0.001, 5, "its growth per target of lateness"},
        {"late_square", &P::late_square, 0, 5, "its growth per squared target of lateness"},
        {"leaving", &P::leaving, 0, 10, "weight of customers who leave"},
        {"size", &P::size, 0, 1, "how much short work is preferred"},
        {"hold_share", &P::hold_share, 0, 1.1,
         "kept for who knows it while more of the target is left"},
        {"relax_share", &P::relax_share, 0, 1,
         "soft skills relax when so much of the target is left"},
        {"overflow_share", &P::overflow_share, 0, 1,
         "secondary teams when less of the target is left"},
        {"attention_min", &P::attention_min, 0, 1,
         "attention left that asynchronous work asks for"},
        {"spread", &P::spread, 0.05, 3, "uncertainty of an expected wait, as a share of it"},
        {"pace", &P::pace, 0, 1, "cost of waiting as such, per target"},
        {"burden", &P::burden, 0, 10, "weight of what a new item does to the work in hand"},
        {"attention_price", &P::attention_price, 0, 5, "price of 240 seconds of attention"},
        {"flexibility", &P::flexibility, 0, 1, "price of spending somebody who can do much"},
        {"idle", &P::idle, 0, 1, "credit for ten idle minutes"},
        {"switch_loss", &P::switch_loss, 0, 1, "loss of speed per further item in hand"},
        {"relaxed_speed", &P::relaxed_speed, 0.1, 1, "speed of an agent who lacks the skill"},
        {"late_cost", &P::late_cost, 0.01, 100, "cost of a late answer, times its value"},
        {"late_rate", &P::late_rate, 0, 100, "further cost per target of lateness"},
        {"leaving_cost", &P::leaving_cost, 0, 100, "cost of a customer who left, times the value"},
    });
    return list;
}

}  // namespace routing
