// The handlers, one declaration per operation of the route table.
#pragma once

#include "hub/api/gateway.hpp"

namespace api::handlers {

using Result = boost::asio::awaitable<Response>;

// handlers_session.cpp
Result sign_in(Gateway&, runtime::Loop&, Request&);
Result who_am_i(Gateway&, runtime::Loop&, Request&);
Result sign_out(Gateway&, runtime::Loop&, Request&);
Result snapshot(Gateway&, runtime::Loop&, Request&);
Result healthz(Gateway&, runtime::Loop&, Request&);
Result readyz(Gateway&, runtime::Loop&, Request&);
Result metrics(Gateway&, runtime::Loop&, Request&);
Result mail_frame(Gateway&, runtime::Loop&, Request&);

// handlers_conversations.cpp
Result list_conversations(Gateway&, runtime::Loop&, Request&);
Result count_conversations(Gateway&, runtime::Loop&, Request&);
Result get_conversation(Gateway&, runtime::Loop&, Request&);
Result change_conversation(Gateway&, runtime::Loop&, Request&);
Result list_messages(Gateway&, runtime::Loop&, Request&);
Result add_message(Gateway&, runtime::Loop&, Request&);
Result list_conversation_events(Gateway&, runtime::Loop&, Request&);
Result list_decisions(Gateway&, runtime::Loop&, Request&);

// handlers_contacts.cpp
Result list_contacts(Gateway&, runtime::Loop&, Request&);
Result get_contact(Gateway&, runtime::Loop&, Request&);
Result change_contact(Gateway&, runtime::Loop&, Request&);
Result merge_contacts(Gateway&, runtime::Loop&, Request&);
Result unmerge_contact(Gateway&, runtime::Loop&, Request&);
Result list_duplicates(Gateway&, runtime::Loop&, Request&);

// handlers_import.cpp
Result import_contacts(Gateway&, runtime::Loop&, Request&);

// handlers_customers.cpp
Result note_on_contact(Gateway&, runtime::Loop&, Request&);
Result log_interaction(Gateway&, runtime::Loop&, Request&);
Result list_follow_ups(Gateway&, runtime::Loop&, Request&);
Result save_follow_up(Gateway&, runtime::Loop&, Request&);
Result list_organisations(Gateway&, runtime::Loop&, Request&);
Result get_organisation(Gateway&, runtime::Loop&, Request&);
Result save_organisation(Gateway&, runtime::Loop&, Request&);
Result list_attributes(Gateway&, runtime::Loop&, Request&);
Result save_attribute(Gateway&, runtime::Loop&, Request&);
Result get_value_formula(Gateway&, runtime::Loop&, Request&);
Result save_value_formula(Gateway&, runtime::Loop&, Request&);

// handlers_timeline.cpp
Result list_timeline(Gateway&, runtime::Loop&, Request&);

// handlers_search.cpp
Result search_everything(Gateway&, runtime::Loop&, Request&);

// handlers_files.cpp
Result get_attachment(Gateway&, runtime::Loop&, Request&);
Result get_raw_message(Gateway&, runtime::Loop&, Request&);
Result upload(Gateway&, runtime::Loop&, Request&);

// handlers_admin.cpp
Result list_inboxes(Gateway&, runtime::Loop&, Request&);
Result save_inbox(Gateway&, runtime::Loop&, Request&);
Result list_teams(Gateway&, runtime::Loop&, Request&);
Result save_team(Gateway&, runtime::Loop&, Request&);
Result list_agents(Gateway&, runtime::Loop&, Request&);
Result save_agent(Gateway&, runtime::Loop&, Request&);
Result set_availability(Gateway&, runtime::Loop&, Request&);
Result apply_declaration(Gateway&, runtime::Loop&, Request&);
Result list_audit(Gateway&, runtime::Loop&, Request&);
Result make_token(Gateway&, runtime::Loop&, Request&);

// handlers_mail.cpp
Result list_mailboxes(Gateway&, runtime::Loop&, Request&);
Result list_outbox(Gateway&, runtime::Loop&, Request&);
Result list_quarantine(Gateway&, runtime::Loop&, Request&);
Result get_quarantined(Gateway&, runtime::Loop&, Request&);
Result reprocess_quarantined(Gateway&, runtime::Loop&, Request&);
Result release_quarantined(Gateway&, runtime::Loop&, Request&);
Result start_conversation(Gateway&, runtime::Loop&, Request&);
Result take_back_reply(Gateway&, runtime::Loop&, Request&);
Result admit_sender(Gateway&, runtime::Loop&, Request&);

// handlers_promises.cpp
Result list_policies(Gateway&, runtime::Loop&, Request&);
Result save_policy(Gateway&, runtime::Loop&, Request&);
Result remove_policy(Gateway&, runtime::Loop&, Request&);
Result match_policies(Gateway&, runtime::Loop&, Request&);
Result apply_policies(Gateway&, runtime::Loop&, Request&);
Result list_calendars(Gateway&, runtime::Loop&, Request&);
Result save_calendar(Gateway&, runtime::Loop&, Request&);
Result propose_holidays(Gateway&, runtime::Loop&, Request&);
Result propose_from_icalendar(Gateway&, runtime::Loop&, Request&);
Result waive_answer(Gateway&, runtime::Loop&, Request&);
Result mark_spam(Gateway&, runtime::Loop&, Request&);

// handlers_routing.cpp
Result get_routing(Gateway&, runtime::Loop&, Request&);
Result save_routing(Gateway&, runtime::Loop&, Request&);
Result list_rules(Gateway&, runtime::Loop&, Request&);
Result save_rule(Gateway&, runtime::Loop&, Request&);
Result remove_rule(Gateway&, runtime::Loop&, Request&);
Result dry_run_rule(Gateway&, runtime::Loop&, Request&);
Result answer_offer(Gateway&, runtime::Loop&, Request&);
Result list_skills(Gateway&, runtime::Loop&, Request&);

// handlers_widget.cpp
Result widget_config(Gateway&, runtime::Loop&, Request&);
Result widget_session(Gateway&, runtime::Loop&, Request&);
Result widget_upload(Gateway&, runtime::Loop&, Request&);
Result widget_attachment(Gateway&, runtime::Loop&, Request&);
Result widget_offline_form(Gateway&, runtime::Loop&, Request&);

// How many items a page has: ?limit=, at most 200, 50 without it.
std::size_t page_size(const Request& request);
// The conversation's row, if this viewer may see it. What may not be seen is not there.
std::optional<storage::ConversationRow> visible_row(storage::Reader& reader, const Request& request,
                                                    std::uint64_t id);
std::string event_json(const storage::StoredEvent& event);
Response no_contact();
// Whether the viewer may see this person, and the other one where there is one.
boost::asio::awaitable<bool> sees_contacts(Gateway& gateway, runtime::Loop& loop,
                                           const Request& request, model::ContactId id,
                                           model::ContactId other = {});

// Shared by the upload handlers: the body as a file that waits for its message.
Response keep_upload(Gateway& gateway, const Request& request);
// A stored file as a download that no browser runs in our origin.
Response download(const std::string& name, const std::string& type,
                  std::shared_ptr<const std::string> bytes);

}  // namespace api::handlers
