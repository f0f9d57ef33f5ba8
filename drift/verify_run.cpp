// SPDX-License-Identifier: Apache-2.0
#include "drift/verify_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/thread.h"
#include "drift/definition.h"
#include "drift/servers.h"
#include "drift/state_file.h"
#include "drift/subject.h"
#include "drift/table_check.h"
#include "drift/table_list.h"
#include "migrator/inspector.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "throttle/flag_file.h"
#include "throttle/load.h"
#include "throttle/replica_lag.h"
#include "throttle/throttler.h"

namespace wisp::drift {
namespace {

using throttle::Effect;

constexpr unsigned kAttempts = 3;           // at a table whose connection was lost
constexpr std::uint64_t kFewRows = 20'000;  // one worker is enough

std::vector<std::unique_ptr<throttle::Source>> throttle_sources(const Options& options) {
    const auto knobs = std::make_shared<Guarded<throttle::Knobs>>(options.knobs);
    std::vector<std::unique_ptr<throttle::Source>> sources;
    const auto add_file = [&](const char* flag, std::string throttle::Knobs::*path, Effect effect) {
        sources.push_back(std::make_unique<throttle::FlagFile>(flag, path, effect, knobs));
    };
    add_file("panic-flag-file", &throttle::Knobs::panic_flag_file, Effect::kAbort);
    add_file("throttle-flag-file", &throttle::Knobs::flag_file, Effect::kHoldAll);
    add_file("throttle-additional-flag-file", &throttle::Knobs::additional_flag_file,
             Effect::kHoldAll);
    sources.push_back(std::make_unique<throttle::LoadSource>(options.primary, knobs));
    for (const auto& replica : options.replicas) {
        sources.push_back(std::make_unique<throttle::ReplicaLag>(replica, knobs));
    }
    return sources;
}

template <typename Work>
std::exception_ptr caught(const Work& work) {
    try {
        work();
    } catch (...) {
        return std::current_exception();
    }
    return nullptr;
}

bool is_stop(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const migrator::Stopped&) {
        return true;
    } catch (...) {
        return false;
    }
}

class Run {
  public:
    Run(const Options& options, const std::stop_token& stop,
        const std::function<void(const TableFinding&)>& found)
        : options_(options),
          servers_(options),
          file_(options.state_file, options),
          found_(found),
          desks_(options.workers),
          throttler_(throttle_sources(options), [this](const auto&) { ending_.request_stop(); }),
          stop_(stop, [this] { ending_.request_stop(); }),
          throttle_thread_("throttler", [this](const std::stop_token& s) { throttler_.run(s); }) {}

    Report go() {
        const auto began = std::chrono::steady_clock::now();
        report_.primary = options_.primary.label();
        for (const auto& replica : options_.replicas) report_.replicas.push_back(replica.label());
        desks_[0] = servers_.open_desk(ending_.get_token());
        NameSet all = list_tables(*desks_[0]->primary, options_);
        refuse_unknown(all);
        for (const auto& replica : desks_[0]->replicas) {
            on_replicas_.push_back(list_tables(*replica, options_));
            all.insert(on_replicas_.back().begin(), on_replicas_.back().end());
        }
        on_primary_ = list_tables(*desks_[0]->primary, options_);
        for (const auto& [schema, table] : all) {
            if (ending_.stop_requested()) throw migrator::Stopped("stopped while comparing");
            check_or_say_why_not({schema, table});
        }
        report_.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        file_.remove();
        return std::move(report_);
    }

  private:
    void refuse_unknown(const NameSet& on_primary) const {
        for (const auto& name : named_tables(options_)) {
            if (on_primary.contains(name)) continue;
            throw migrator::Refusal(fmt::format(
                "table {} does not exist on {}; check --database and --table",
                sql::quote(sql::TableName{name.first, name.second}), options_.primary.label()));
        }
    }

    [[nodiscard]] TableFinding finding(const sql::TableName& name, std::size_t replica) const {
        TableFinding one;
        one.table = name;
        one.replica = servers_.label(replica);
        return one;
    }

    void add(TableFinding one) {
        if (found_) found_(one);
        report_.tables.push_back(std::move(one));
    }

    /// One table that was dropped or altered meanwhile, or may not be read, ends no run.
    void check_or_say_why_not(const sql::TableName& name) {
        const std::size_t before = report_.tables.size();
        for (unsigned attempt = 1;; ++attempt) {
            try {
                return check(name);
            } catch (const mysql::Error& error) {
                for (auto& desk : desks_) desk.reset();
                const bool lost = error.kind() == mysql::ErrorKind::kLost;
                if (lost && attempt < kAttempts && report_.tables.size() == before) continue;
                if (lost) throw;
                return say_why_not(name, error.what());
            } catch (const migrator::Refusal& refusal) {
                for (auto& desk : desks_) desk.reset();
                return say_why_not(name, refusal.what());
            }
        }
    }

    void say_why_not(const sql::TableName& name, const std::string& why) {
        for (std::size_t replica = 0; replica < servers_.replicas(); ++replica) {
            TableFinding one = finding(name, replica);
            one.finding = Finding::kUndecided;
            one.reasons.push_back("it could not be compared: " + why);
            add(std::move(one));
        }
    }

    void check(const sql::TableName& name) {
        if (!desks_[0]) desks_[0] = servers_.open_desk(ending_.get_token());
        const auto key = std::pair(name.schema, name.table);
        std::optional<Subject> subject;
        if (on_primary_.contains(key)) subject = make_subject(*desks_[0]->primary, name);
        std::vector<Counterpart> counterparts;
        for (std::size_t replica = 0; replica < servers_.replicas(); ++replica) {
            const bool there = on_replicas_[replica].contains(key);
            if (!subject && !there) continue;
            TableFinding one = finding(name, replica);
            if (!subject || !there) {
                one.finding = Finding::kDrifted;
                one.reasons.emplace_back(there ? "the table is on the replica only"
                                               : "the table is missing on the replica");
                add(std::move(one));
            } else if (auto counterpart = look_at(*subject, replica, one)) {
                counterparts.push_back(std::move(*counterpart));
            }
        }
        if (!counterparts.empty()) compare(*subject, std::move(counterparts));
    }

    /// The definition on the replica; nullopt if rows cannot be compared, which is reported then.
    std::optional<Counterpart> look_at(const Subject& subject, std::size_t replica,
                                       TableFinding& one) {
        const auto& name = subject.name();
        const auto there = migrator::inspect_table(*desks_[0]->replicas[replica], name);
        auto drift = compare_definitions(subject.plan.source, there);
        one.notes = std::move(drift.notes);
        one.reasons = std::move(drift.differences);
        if (!one.reasons.empty()) one.finding = Finding::kDrifted;
        if (!drift.rows_comparable || !subject.incomparable.empty()) {
            if (!drift.rows_comparable) {
                one.reasons.emplace_back("rows were not compared, as their columns differ");
            } else {
                one.reasons.push_back("rows were not compared: " + subject.incomparable);
                if (one.finding == Finding::kEqual) one.finding = Finding::kUndecided;
            }
            add(std::move(one));
            return std::nullopt;
        }
        return Counterpart{replica, index_of(subject, there), std::move(one)};
    }

    static std::string index_of(const Subject& subject, const sql::Table& there) {
        if (!subject.has_key) return "";
        const std::string& name = subject.plan.key.source_index_name;
        const auto text = [&](const sql::Table& table) -> std::string {
            for (const auto& key : table.keys) {
                if (key.name == name) return key_text(key);
            }
            return "";
        };
        const bool same = text(subject.plan.source) == text(there);
        return same ? fmt::format(" FORCE INDEX ({})", sql::quote(name)) : "";
    }

    void compare(const Subject& subject, std::vector<Counterpart> counterparts) {
        TableCheck check(subject, servers_, options_, std::move(counterparts));
        if (const auto before = file_.of(subject.name())) check.resume(*before);
        std::stop_source ending;  // of this table: the run's end, or a worker's failure
        const std::stop_callback link(ending_.get_token(), [&] { ending.request_stop(); });
        const std::stop_token stop = ending.get_token();
        const unsigned workers =
            subject.plan.source.estimated_rows < kFewRows ? 1 : std::max(1U, options_.workers);
        check.expect(workers);
        std::vector<std::unique_ptr<Thread>> threads;
        for (unsigned i = 1; i < workers; ++i) {
            threads.push_back(std::make_unique<Thread>(
                fmt::format("verifier-{}", i),
                [&, i](const std::stop_token&) { check.work(stop, throttler_, desks_[i], file_); },
                [&] { ending.request_stop(); }));
        }
        std::exception_ptr failure =
            caught([&] { check.work(stop, throttler_, desks_[0], file_); });
        if (failure) ending.request_stop();
        for (const auto& thread : threads) {
            thread->join();
            // That the others were stopped is no news; why is.
            const auto theirs = caught([&] { thread->rethrow(); });
            if (theirs && (!failure || is_stop(failure))) failure = theirs;
        }
        if (!failure) failure = caught([&] { check.finish(stop, desks_[0]); });
        // A table without keys to go on from is not worth a word.
        if (const auto state = check.state(); state || file_.of(subject.name())) {
            file_.keep(subject.name(), state);
        }
        if (failure) std::rethrow_exception(failure);
        report_.rows_compared += check.rows();
        for (auto& one : check.findings()) add(std::move(one));
    }

    const Options& options_;
    const Servers servers_;
    StateFile file_;
    const std::function<void(const TableFinding&)>& found_;
    std::vector<std::unique_ptr<Desk>> desks_;
    NameSet on_primary_;
    std::vector<NameSet> on_replicas_;
    Report report_;
    std::stop_source ending_;
    throttle::Throttler throttler_;
    std::stop_callback<std::function<void()>> stop_;
    Thread throttle_thread_;
};

}  // namespace

Report verify(const Options& options, const std::stop_token& stop,
              const std::function<void(const TableFinding&)>& found) {
    return Run(options, stop, found).go();
}

}  // namespace wisp::drift
