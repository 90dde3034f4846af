// The walk through the parts of a mail: texts, attachments, and what a report consists of.
#pragma once

#include <gmime/gmime.h>

#include <string>

#include "connectors/email/mime.hpp"
#include "connectors/email/report.hpp"

namespace connectors::email {

struct Walk {
    Inbound& mail;
    const MimeLimits& limits;
    ReportParts report;
    int parts = 0;

    void defect(const char* name);
    void visit(GMimeObject* object, int depth);

private:
    void attach_message(GMimeMessagePart* part);
    void leaf(GMimePart* part);
    void add_text(std::string text, bool html);
    void add_attachment(std::string bytes, std::string name, std::string media, bool is_inline,
                        std::string content_id);
    // The first mail inside is the one that a report is about.
    void enclose(const std::string& bytes);
    // The machine-readable parts are kept as attachments too.
    void note(const std::string& media, const std::string& bytes);
};

}  // namespace connectors::email
