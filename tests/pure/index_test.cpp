// The shapes of index and price.
#include <cmath>

#include "routing/parameters.hpp"
#include "routing/same_bits.hpp"
#include "tests/pure/routing_oracle.hpp"

namespace {

using namespace floors;

const Parameters usual;

// --- urgency

TEST(Index, urgency_is_full_within_the_look_ahead_and_falls_beyond) {
    for (const bool live : {false, true})
        for (const double target : {60.0, 600.0, 7200.0}) {
            EXPECT_EQ(urgency_of(usual, live, 0.001, target), usual.late_cost);
            EXPECT_EQ(urgency_of(usual, live, usual.lookahead_s, target), usual.late_cost);
            double before = usual.late_cost;
            for (double slack = usual.lookahead_s + 1; slack < 20 * target; slack += target / 7) {
                const double urgency = urgency_of(usual, live, slack, target);
                ASSERT_LT(urgency, before);
                ASSERT_GT(urgency, 0);
                before = urgency;
            }
            const double tau = live ? usual.tau_live : usual.tau_asynchronous;
            EXPECT_NEAR(urgency_of(usual, live, usual.lookahead_s + tau * target, target),
                        std::exp(-1.0), 1e-12);
        }
}

TEST(Index, what_is_just_late_is_less_urgent_than_what_can_be_saved_and_grows_without_bound) {
    EXPECT_EQ(urgency_of(usual, true, 0, 600), usual.late_base);
    EXPECT_LT(usual.late_base, urgency_of(usual, true, 0.001, 600));
    double before = 0;
    for (double late = 0; late < 100; late += 0.25) {
        const double urgency = urgency_of(usual, false, -late * 600, 600);
        ASSERT_GT(urgency, before);
        ASSERT_NEAR(urgency, 0.35 + 0.13 * late + 0.02 * late * late, 1e-9);
        before = urgency;
    }
    for (double bound = 1; bound < 1e12; bound *= 10)
        EXPECT_GT(urgency_of(usual, true, -bound / usual.late_linear * 60, 60), bound);
}

TEST(Index, R28_no_parameters_in_range_make_lateness_lose_its_growth) {
    for (const Knob& knob : knobs()) {
        EXPECT_LT(knob.low, knob.high) << knob.name;
        EXPECT_GE(usual.*knob.member, knob.low) << knob.name;
        EXPECT_LE(usual.*knob.member, knob.high) << knob.name;
        for (const double value : {knob.low, knob.high}) {
            Parameters changed = usual;
            changed.*knob.member = value;
            EXPECT_GT(urgency_of(changed, true, -1e12, 60), 1e6) << knob.name << " = " << value;
        }
    }
}

// The C library's exponential has other last bits on other processors.
TEST(Index, R30_exponentials_and_powers_have_the_same_bits_on_every_machine) {
    EXPECT_EQ(text(same_exp(-49.7)), "0x1.3abfa8c8de5b1p-72");
    EXPECT_EQ(text(same_exp(-3.3)), "0x1.2e259bb85be84p-5");
    EXPECT_EQ(text(same_exp(-0.1)), "0x1.cf46d99d52b3ap-1");
    EXPECT_EQ(text(same_exp(0)), "0x1p+0");
    EXPECT_EQ(text(same_exp(0.7)), "0x1.01c2a61268987p+1");
    EXPECT_EQ(text(same_exp(12.25)), "0x1.982aa4f9aec9p+17");
    EXPECT_EQ(text(same_pow(0.45, 0.7)), "0x1.24c3c3d1ef11p-1");
    EXPECT_EQ(text(same_pow(0.525, 0.7)), "0x1.461f7f1fbc5b3p-1");
    EXPECT_EQ(text(same_pow(0.9, 0.7)), "0x1.db9900d983dd4p-1");
    EXPECT_EQ(text(same_pow(1, 0.7)), "0x1p+0");
    EXPECT_EQ(text(same_pow(1.625, 0.7)), "0x1.679d56bbe7fabp+0");
    for (double x = -50; x < 50; x += 0.0137) {
        ASSERT_NEAR(same_exp(x) / std::exp(x), 1, 1e-14);
        ASSERT_NEAR(same_pow(50.001 + x, 0.7) / std::pow(50.001 + x, 0.7), 1, 1e-14);
    }
}

// --- index

TEST(Index, grows_in_proportion_to_the_value) {
    for (const std::string& channel : usual_channels)
        for (const Span due : {Span{-3h}, Span{1min}, Span{1h}}) {
            const ChannelFacts facts = usual_channel(channel);
            Item one = item(1, channel, 1h);
            one.due_at = noon + due;
            const double index = index_terms(usual, facts, one, noon, true).index();
            one.value = 6;
            EXPECT_DOUBLE_EQ(index_terms(usual, facts, one, noon, true).index(), 6 * index);
        }
}

TEST(Index, customers_who_leave_count_at_first_replies_alone) {
    Item one = item(1, "chat", 90s);
    EXPECT_NEAR(index_terms(usual, usual_channel("chat"), one, noon, true).leaving,
                1.3 * 3 * 240 / 285, 1e-12);
    EXPECT_EQ(index_terms(usual, usual_channel("email"), one, noon, true).leaving, 0);
    one.first_reply = false;
    EXPECT_EQ(index_terms(usual, usual_channel("chat"), one, noon, true).leaving, 0);
}

TEST(Index, short_work_is_preferred_and_the_missing_skill_costs) {
    const Item mail = item(1, "email", 2h);
    Item later = mail;
    later.first_reply = false;
    const ChannelFacts facts = usual_channel("email");
    const IndexTerms first = index_terms(usual, facts, mail, noon, true);
    EXPECT_LT(index_terms(usual, facts, later, noon, true).size, first.size);
    EXPECT_NEAR(index_terms(usual, facts, mail, noon, false).index(), 0.75 * first.index(), 1e-12);
}

TEST(Index, an_item_without_a_due_instant_has_the_least_urgency_and_harms_nothing) {
    Item one = item(1, "email", 2h);
    one.due_at = Instant::max();
    const IndexTerms terms = index_terms(usual, usual_channel("email"), one, noon, true);
    EXPECT_GE(terms.urgency, 0);
    EXPECT_LT(terms.urgency, 1e-9);
    Floor floor;
    floor.wait(one);
    floor.put(agent(anna));
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
    EXPECT_EQ(floor.router.next_wake(), std::nullopt);
}

TEST(Index, a_target_of_nothing_harms_nothing) {
    Item one = item(1, "email", Span{0});
    one.due_at = noon - 1h;
    const IndexTerms terms = index_terms(usual, usual_channel("email"), one, noon, true);
    EXPECT_TRUE(std::isfinite(terms.index()));
    Agent who = agent(anna);
    const PriceTerms price =
        price_terms(usual, usual_channel("email"), one, {&who, {}, {}, 0}, 1.0, noon);
    EXPECT_TRUE(std::isfinite(price.price()));
}

// --- price

struct Desk {
    Agent who = agent(anna);
    std::vector<Item> items;
    std::vector<ChannelFacts> facts;
    std::vector<InHand> sessions, asynchronous;
    double used = 0;

    Desk() {
        items.reserve(10);
        facts.reserve(10);
    }
    void hold(const std::string& channel, Span due, Span ago = 0s, bool answered = false) {
        items.push_back(item(100 + items.size(), channel, due));
        items.back().answered = answered;
        facts.push_back(usual_channel(channel));
        (facts.back().live ? sessions : asynchronous)
            .push_back({&facts.back(), &items.back(), 1.0, noon - ago});
        if (facts.back().live) used += facts.back().attention;
    }
    PriceTerms price(const Item& one, double rate = 1.0) const {
        return price_terms(usual, usual_channel(one.channel), one,
                           {&who, sessions, asynchronous, used}, rate, noon);
    }
};

TEST(Price, an_idle_agent_answers_in_the_time_of_the_work) {
    const Desk idle;
    EXPECT_NEAR(idle.price(item(1, "email", 2h)).wait_s, 390, 1e-9);
    EXPECT_NEAR(idle.price(item(1, "chat", 90s)).wait_s, 28, 1e-9);
    EXPECT_NEAR(idle.price(item(1, "chat", 90s), 0.5).wait_s, 56, 1e-9);
    EXPECT_EQ(idle.price(item(1, "chat", 90s)).burden, 0);
}

TEST(Price, later_turns_of_mails_are_shorter_and_of_chats_answered_as_fast) {
    for (const std::string& channel : usual_channels) {
        const ChannelFacts facts = usual_channel(channel);
        Item one = item(1, channel, 1h);
        const double first = first_reply_s(facts, one), effort = effort_s(facts, one);
        one.first_reply = false;
        EXPECT_NEAR(first_reply_s(facts, one), facts.live ? first : 0.6 * first, 1e-9) << channel;
        EXPECT_NEAR(effort_s(facts, one), 0.6 * effort, 1e-9) << channel;
    }
}

TEST(Price, work_in_hand_shrinks_with_the_time_spent_to_its_half_at_least) {
    for (const auto& [ago, rest] : {std::pair{0s, 390.0}, std::pair{100s, 290.0},
                                    std::pair{195s, 195.0}, std::pair{3600s, 195.0}}) {
        Desk desk;
        desk.hold("email", 2h, ago);
        EXPECT_NEAR(desk.price(item(1, "email", 2h)).wait_s, 390 * 1.06 + rest, 1e-6);
    }
}

TEST(Price, each_item_in_hand_makes_the_wait_longer) {
    Desk desk;
    double chat = desk.price(item(1, "chat", 90s)).wait_s;
    double mail = desk.price(item(1, "email", 2h)).wait_s;
    for (int i = 0; i < 3; ++i) {
        desk.hold("chat", 90s);
        const double more_chat = desk.price(item(1, "chat", 90s)).wait_s;
        const double more_mail = desk.price(item(1, "email", 2h)).wait_s;
        EXPECT_GT(more_chat, chat);
        EXPECT_GT(more_mail, mail);
        chat = more_chat;
        mail = more_mail;
    }
    EXPECT_NEAR(chat, 28 * (1 + 0.06 * 3) * 1.6, 1e-9);
    EXPECT_NEAR(mail, 390 * (1 + 0.06 * 3) / 0.08, 1e-6);
}

TEST(Price, risk_is_a_probability_of_lateness_times_value_and_rises_with_the_wait) {
    const Desk desk;
    double before = 0;
    for (const Span due : {Span{5min}, Span{90s}, Span{60s}, Span{29s}, Span{10s}, Span{-10min}}) {
        Item one = item(1, "chat", 2min);
        one.due_at = noon + due;
        const double risk = desk.price(one).risk;
        EXPECT_GT(risk, before);
        before = risk;
        one.value = 6;
        EXPECT_NEAR(desk.price(one).risk, 6 * risk, 1e-9);
    }
    Item even = item(1, "chat", 2min);
    even.due_at = noon + 28s;  // as likely late as not
    EXPECT_NEAR(desk.price(even).risk, 0.5 + 0.044 * 28 / 120, 1e-9);
}

TEST(Price, the_probability_is_logistic_in_the_spread_of_the_wait) {
    const Desk desk;
    Item one = item(1, "chat", 2min);
    const double deviation = 0.68 * 28 + 0.001;
    one.due_at = noon + 28s + std::chrono::microseconds{std::llround(deviation * 1e6)};
    EXPECT_NEAR(desk.price(one).risk, 1 / (1 + std::exp(1.7)) + 0.044 * 28 / 120, 1e-6);
    one.due_at = noon - 92s;  // an expected lateness of one target
    EXPECT_NEAR(desk.price(one).risk, 1.5 + 0.044 * 28 / 120, 1e-3);
}

TEST(Price, sessions_burden_each_other_only_when_attention_is_used_up) {
    Desk desk;
    desk.hold("chat", 30s);
    EXPECT_EQ(desk.price(item(1, "chat", 90s)).burden, 0);
    desk.hold("chat", 30s);
    const PriceTerms third = desk.price(item(1, "chat", 90s));
    // Each of the two needs 28 s; with 1.2 of the attention asked for, 33.6 s.
    const auto risk = [](double wait_s) {
        const double z = (30 - wait_s) / (0.68 * wait_s + 0.001);
        return 1 / (1 + std::exp(1.7 * z)) * (1 + 0.5 * std::max(0.0, wait_s - 30) / 30) +
               0.044 * wait_s / 30;
    };
    EXPECT_NEAR(third.burden, 1.4 * 2 * (risk(33.6) - risk(28)), 1e-9);
}

TEST(Price, a_session_burdens_what_is_in_hand_and_asynchronous_work_burdens_nothing) {
    Desk desk;
    desk.hold("email", 10min);
    EXPECT_GT(desk.price(item(1, "chat", 90s)).burden, 0);
    EXPECT_EQ(desk.price(item(1, "email", 2h)).burden, 0);
    Desk full;
    full.hold("chat", 60s);
    full.hold("chat", 60s);
    const double unanswered = full.price(item(1, "chat", 90s)).burden;
    EXPECT_GT(unanswered, 0);
    for (Item& one : full.items) one.answered = true;
    EXPECT_EQ(full.price(item(1, "chat", 90s)).burden, 0);
    for (Item& one : full.items) one.answered = false;
    for (InHand& work : full.sessions) work = {work.channel, work.item, 1.0, noon - 5min};
    EXPECT_EQ(full.price(item(1, "chat", 90s)).burden, 0);  // answered by now, it is believed
}

TEST(Price, who_does_not_know_the_conversation_pays_the_context) {
    const Desk desk;
    Item one = kept(item(1, "email", 3h), anna, noon);
    const PriceTerms knows = desk.price(one);
    one.previous = bruno;
    const PriceTerms stranger = desk.price(one);
    EXPECT_NEAR(stranger.wait_s, knows.wait_s + 90, 1e-9);
    EXPECT_NEAR(stranger.attention, knows.attention + 0.1 * 90 / 240, 1e-9);
    one.begun = false;
    EXPECT_NEAR(desk.price(one).wait_s, knows.wait_s, 1e-9);
}

TEST(Price, flexible_agents_are_dearer_and_idle_ones_cheaper_both_within_bounds) {
    Desk desk;
    const Item one = item(1, "chat", 90s, 2);
    desk.who.languages = {"it"};
    desk.who.skills = {{"a", 3, 1}};
    EXPECT_EQ(desk.price(one).spare, 0);
    double before = 0;
    for (int more = 0; more < 3; ++more) {
        desk.who.languages.push_back("more");
        EXPECT_GT(desk.price(one).spare, before);
        before = desk.price(one).spare;
    }
    desk.who.skills.resize(40);
    EXPECT_NEAR(desk.price(one).spare, 2 * usual.flexibility, 1e-12);
    desk.who.last_assigned = noon;
    EXPECT_EQ(desk.price(one).idle, 0);
    desk.who.last_assigned = noon - 5min;
    EXPECT_NEAR(desk.price(one).idle, -usual.idle, 1e-12);
    for (const Instant long_ago : {noon - 30h, Instant{}}) {
        desk.who.last_assigned = long_ago;
        EXPECT_NEAR(desk.price(one).idle, -2 * usual.idle, 1e-12);
    }
}

TEST(Price, the_weakest_skill_sets_the_rate) {
    Agent who = agent(anna);
    who.speed = 1.2;
    who.skills = {{"a", 5, 1.08}, {"b", 2, 0.96}};
    Item one = item(1, "chat", 90s);
    EXPECT_EQ(rate_of(usual, who, one), 1.2);
    one.skills = {{"a", 1, false}};
    EXPECT_NEAR(rate_of(usual, who, one), 1.2 * 1.08, 1e-12);
    one.skills.push_back({"b", 2, false});
    EXPECT_NEAR(rate_of(usual, who, one), 1.2 * 0.96, 1e-12);
    one.skills.push_back({"c", 1, false});
    EXPECT_NEAR(rate_of(usual, who, one), 1.2 * 0.75, 1e-12);
    EXPECT_EQ(factor_of(3), 1.0);
}

}  // namespace
