// A value of every kind of fact and entity, with no field at its default.
#pragma once

#include <algorithm>
#include <iterator>

#include "tests/unit/codec_customer_samples.hpp"

namespace codec_samples {

inline Team sample_team() {
    return {.id = TeamId{1},
            .name = "Service",
            .lead = AgentId{21},
            .mode = QueueMode::offer,
            .overflow = {TeamId{2}},
            .calendar = CalendarId{81}};
}

inline Mailbox sample_mailbox() {
    return {.host = "imap.example.com",
            .port = 143,
            .security = connectors::ConnectionSecurity::starttls,
            .user = "desk",
            .sealed_password = "sealed 1",
            .token_url = "https://login.example.com/token",
            .client_id = "client",
            .sealed_client_secret = "sealed 2",
            .sealed_refresh_token = "sealed 3",
            .scope = "mail",
            .folder = "Support",
            .after_intake = connectors::AfterIntake::move,
            .move_to = "Done",
            .from_start = true,
            .poll_seconds = 30};
}

inline Inbox sample_inbox() {
    return {.id = InboxId{12},
            .name = "Site",
            .channel = Channel::chat,
            .address = "site-key",
            .team = TeamId{1},
            .weight = 3,
            .wrap_up_seconds = 90,
            .skills = {{"billing", 2, true}},
            .offline_inbox = InboxId{11},
            .allowed_origins = {"https://example.com"},
            .identity_key = "top secret",
            .mailbox = sample_mailbox(),
            .signature = "Sportello",
            .undo_seconds = 10,
            .sender_name = SenderName::agent,
            .automatic_reply = AutomaticReply{"We open:\n{next_opening} \u2744",
                                              AutomaticReplyWhen::out_of_hours, 48}};
}

inline Agent sample_agent() {
    return {.id = AgentId{21},
            .name = "Anna Bianchi",
            .email = "anna@example.com",
            .role = Role::supervisor,
            .teams = {TeamId{1}, TeamId{2}},
            .inboxes = {InboxId{12}},
            .skills = {{"billing", 4, routing::factor_of(4)}},
            .languages = {"it", "de-AT"},
            .session_capacity = 9,
            .asynchronous_capacity = 7};
}

inline sla::Policy sample_policy() {
    sla::Policy policy{.id = PolicyId{31},
                       .version = 2,
                       .name = "Partners",
                       .rank = 4,
                       .conditions = {.channels = {"email", "chat"},
                                      .is_public = false,
                                      .inboxes = {11, 12},
                                      .teams = {1},
                                      .priorities = {"high", "urgent"},
                                      .segments = {"pastry shop"},
                                      .relationships = {"partner"},
                                      .languages = {"it", "de-AT"},
                                      .tags = {"vip"}},
                       .calendar = CalendarId{81},
                       .targets = {{sla::Metric::first_response, 3600s, {50, 75}},
                                   {sla::Metric::next_response, 1800s, {}},
                                   {sla::Metric::resolution, 86'400s, {90}},
                                   {sla::Metric::public_answer, 900s, {1, 99}}},
                       .escalations = {},
                       .pauses_while_pending = false};
    using enum sla::EscalationAction;
    policy.escalations = {{sla::Metric::first_response, 50, notify_agent, 0, ""},
                          {std::nullopt, 100, overflow, 2, ""},
                          {sla::Metric::resolution, 90, add_tag, 0, "in \"danger\""}};
    return policy;
}

inline sla::Calendar sample_calendar() {
    using std::chrono::year;
    sla::Calendar calendar{.id = CalendarId{81}, .version = 3, .name = "Bakery", .zone = {}};
    calendar.zone = {
        .name = "Europe/Rome",
        .data_version = "2026a",
        .offset_seconds = 2996,
        .changes = {{Instant{-3'000'000'000s}, 3600}, {Instant{1'774'746'000s}, 7200}}};
    calendar.weekly = {sla::Windows{{32'400, 46'800}, {50'400, 64'800}},
                       sla::Windows{{79'200, 21'600}},
                       sla::Windows{{0, 86'400}},
                       sla::Windows{{1, 2}},
                       sla::Windows{{86'399, 0}},
                       sla::Windows{},
                       sla::Windows{}};
    calendar.exceptions = {{year{2026} / 12 / 24, {{32'400, 43'230}}}, {year{2026} / 12 / 25, {}}};
    calendar.exception_names = {{year{2026} / 12 / 25, "Natale \u2744"}};
    return calendar;
}

inline sla::Clock sample_clock() {
    const sla::CalendarRef calendar{CalendarId{81}, 3};
    return {.number = 6,
            .metric = sla::Metric::resolution,
            .policy = PolicyId{31},
            .policy_version = 2,
            .calendar = calendar,
            .budget = 3600s,
            .started_at = morning,
            .warnings = {{75, morning + 45min}, {90, morning + 54min + 1us}},
            .due_at = morning + 60min,
            .state = sla::ClockState::void_,
            .ended_at = morning + 61min,
            .answered_by = 41,
            .void_reason = sla::VoidReason::policy_removed,
            .by_change = true,
            .undelivered = true,
            .has_warned = true,
            .legs = {{morning, morning + 10min, sla::LegKind::running, 0, calendar, 600s},
                     {morning + 10min, morning + 20min, sla::LegKind::paused, 21, calendar, 1us},
                     {morning + 20min, morning + 30min, sla::LegKind::resolved, 21, {}, 0s},
                     {morning + 30min, std::nullopt, sla::LegKind::running, 22, calendar, 0s}}};
}

inline connectors::Address sample_address() {
    return {"email", "giulia@example.org", "Giulia Rossi", true};
}

inline Message sample_message() {
    return {
        .id = MessageId{41},
        .conversation = ConversationId{51},
        .number = 2,
        .direction = Direction::in,
        .visibility = Visibility::public_,
        .kind = MessageKind::auto_reply,
        .author = {AuthorType::contact, 61, "Giulia Rossi", "giulia@example.org"},
        .subject = "Größe \"M\"",
        .text = "line one\nline two \u20ac",
        .html = "<p>text</p>",
        .trimmed_text = "line one",
        .attachments = {{AttachmentId{71}, "photo.png", "image/png", 1234, true, "cid-1", "ab12"}},
        .to = {sample_address()},
        .cc = {{"email", "boss@example.org", "", false}},
        .bcc = {{"email", "file@example.org", "", false}},
        .reply_to = connectors::Address{"email", "desk@example.org", "Desk", false},
        .external_id = "abc@example.org",
        .client_id = "widget-1",
        .defects = {"bad date"},
        .raw_sha256 = "cd34",
        .delivery = {},
        .leaves_at = morning + 2h,
        .planned = true,
        .sent_at = morning,
        .received_at = morning + 1s};
}

inline routing::Decision sample_decision() {
    const routing::PriceTerms price{1.5, 0.25, 2.5, 3.5, 4.5, 5.5};
    const routing::IndexTerms index{6, -30.5, 1.25, 0.5, 2, 0.75};
    return {.policy = routing::Policy::edf,
            .version = 3,
            .winner = AgentId{21},
            .considered = {{AgentId{21}, routing::Exclusion::none, 1, 9, morning, price},
                           {AgentId{22}, routing::Exclusion::no_room, 9, 9, morning - 1h, {}}},
            .waiting = {{51, morning + 1h, index}},
            .excluded = 4};
}

inline RoutingSettings sample_settings() {
    RoutingSettings settings;
    settings.version = 5;
    settings.policy = routing::Policy::least_loaded;
    settings.parameters.asynchronous_bound = 2;
    settings.relationship_values = {{"partner", 9}};
    settings.segment_values = {{"hotel", 1.5}};
    settings.priority_values = {{"urgent", 3}};
    settings.accept_seconds = 21;
    settings.decline_exclusion_seconds = 601;
    settings.lapses_max = 3;
    settings.grace_seconds = 602;
    settings.connection_grace_seconds = 61;
    settings.reopen_days = 15;
    return settings;
}

// One of each kind, in the order of the variant, with no field at its default.
inline std::vector<Fact> sample_facts() {
    std::vector<Fact> facts{
        TeamSaved{sample_team()},
        InboxSaved{sample_inbox()},
        AgentSaved{sample_agent()},
        PolicySaved{sample_policy()},
        AvailabilityChanged{AgentId{21}, Availability::online, "back office", true, true,
                            morning + 8h},
        ContactCreated{"Giulia"},
        ContactRenamed{"Giulia Rossi"},
        IdentityAdded{{"email", "giulia@example.org", true, Source::imported}},
        ConversationOpened{7, InboxId{12}, Channel::chat, TeamId{1}, "Parcel", sample_address(),
                           ConversationId{50}},
        MessageReceived{sample_message(), {"older@example.org", "oldest@example.org"}, "key"},
        ReplyQueued{sample_message(), morning + 10s},
        NoteAdded{sample_message()},
        DeliveryChanged{MessageId{41},
                        DeliveryState::failed,
                        "no such user",
                        {{"lea@example.org", DeliveryState::sent, ""},
                         {"max@example.org", DeliveryState::failed, "550 \"no\""}}},
        StatusChanged{Status::pending, Status::snoozed, morning + 2h},
        PriorityChanged{Priority::low, Priority::urgent},
        TagsChanged{{"parcel", "late"}},
        Assigned{AgentId{21}, AgentId{22}, TeamId{1}, TeamId{2}, AssignedBy::leaving, AgentId{23}},
        RoutingDecided{TeamId{1}, 3, sample_decision()},
        SlaStarted{sample_clock()},
        SlaWarned{sample_clock(), 75},
        SlaBreached{sample_clock()},
        SlaEnded{sample_clock()},
        ItemQuarantined{InboxId{11}, "too deep", "ef56"},
        CalendarSaved{sample_calendar()},
        PolicyRemoved{PolicyId{31}, 2},
        ContactProfileChanged{sample_profile()},
        AnswerWaived{"they said \"thanks\""},
        SpamMarked{true},
        SlaChanged{SlaChange::answer_undelivered, sample_clock()},
        Escalated{6,
                  sla::Metric::resolution,
                  PolicyId{31},
                  sample_policy().escalations[1],
                  {AgentId{21}, AgentId{22}}},
        RoutingSettingsSaved{sample_settings()},
        ConnectionChanged{AgentId{21}, true},
        Offered{AgentId{21}, morning + 20s},
        OfferEnded{AgentId{21}, OfferEnd::lapsed, morning + 10min, true},
        ReturnPlanned{morning + 10min},
        ValueFactorChanged{2.5},
        RoutingRuleSaved{{RuleId{91}, "Invoices", 3, "when always then tag \"invoice\""}},
        RoutingRuleRemoved{RuleId{91}},
        RulesApplied{{RuleId{91}, RuleId{92}},
                     TeamId{2},
                     Priority::high,
                     PolicyId{31},
                     {{"billing", 3, true}},
                     {"invoice"}},
        SenderAdmitted{"giulia@example.com"},
        QuarantineReleased{77}};
    std::ranges::move(sample_customer_facts(), std::back_inserter(facts));
    return facts;
}

inline connectors::Outbound sample_outbound() {
    using connectors::OutcomeKind;
    return {.message = 41,
            .conversation = 51,
            .inbox = InboxId{11},
            .channel = Channel::chat,
            .from = sample_address(),
            .to = {sample_address()},
            .cc = {{"email", "boss@example.org", "", false}},
            .bcc = {{"email", "file@example.org", "", false}},
            .subject = "s",
            .text = "t",
            .html = "<p>t</p>",
            .attachments = {{.name = "n", .type = "y", .sha256 = "h", .size = 3, .bytes = nullptr},
                            {.name = "logo.png",
                             .type = "image/png",
                             .sha256 = "i",
                             .size = 4,
                             .is_inline = true,
                             .content_id = "cid-1",
                             .bytes = nullptr}},
            .external_id = "e",
            .in_reply_to = "i",
            .references = {"r", "q"},
            .reply_to = "a",
            .automatic = true,
            .so_far = {{"lea@example.org", OutcomeKind::sent, "", 0},
                       {"max@example.org", OutcomeKind::unknown, "lost", 1},
                       {"eve@example.org", OutcomeKind::permanent, "550", 0},
                       {"ada@example.org", OutcomeKind::transient, "421", 1},
                       {"ugo@example.org", OutcomeKind::not_configured, "no relay", 0}},
            .written_at = morning};
}

inline Conversation sample_conversation() {
    return {.id = ConversationId{51},
            .number = 7,
            .contact = ContactId{61},
            .contact_name = "Giulia",
            .reply_address = sample_address(),
            .inbox = InboxId{12},
            .channel = Channel::chat,
            .team = TeamId{1},
            .assignee = AgentId{21},
            .status = Status::snoozed,
            .priority = Priority::high,
            .subject = "Parcel",
            .tags = {"late", "b"},
            .created_at = morning,
            .updated_at = morning + 1h,
            .waiting_since = morning + 1s,
            .snoozed_until = morning + 2h,
            .clocks = {sample_clock()},
            .clock_count = 6,
            .last_answer = MessageId{42},
            .standing_answers = {{MessageId{40}, morning}, {MessageId{42}, morning + 1h}},
            .returned = {{MessageId{39}, "no such user"}},
            .resolved_at = morning + 3h,
            .assigned_at = morning + 4h,
            .begun = true,
            .previous = AgentId{23},
            .excluded = {{AgentId{24}, morning + 5h}},
            .offered_to = AgentId{25},
            .offer_ends = morning + 6h,
            .returns_at = morning + 7h,
            .value_factor = 2.5,
            .skills = {{"billing", 3, true}},
            .policy = PolicyId{32},
            .is_public = true,
            .is_spam = true,
            .profile = sample_profile(),
            .message_count = 4,
            .preview = "text",
            .last_direction = Direction::out,
            .run_agent = AgentId{22},
            .run_start = 3,
            .held = {MessageId{43}, MessageId{45}},
            .planned = {MessageId{45}},
            .taken_back = {MessageId{44}},
            .participants = {"giulia@example.com"},
            .answered_automatically = true,
            .asks_to_join = ConversationId{50},
            .thread_ids = {"a", "b"},
            .version = 99};
}

inline Event event_of(Fact fact) {
    return {.seq = 5,
            .at = morning,
            .actor = {AuthorType::agent, 21},
            .contact = ContactId{61},
            .conversation = ConversationId{51},
            .fact = std::move(fact)};
}

}  // namespace codec_samples
