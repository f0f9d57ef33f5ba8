// SPDX-License-Identifier: Apache-2.0
// Verifier: the worker loop of one connection that compares ghost and source, range by range,
// without locks (R9). Any number of verifiers share one Findings; ranges come in any order.
// docs/copy-and-apply.md, "Verification", has the argument.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <vector>

#include "base/guarded.h"
#include "migrator/chunker.h"
#include "migrator/crew.h"
#include "migrator/finished_ranges.h"
#include "migrator/markers.h"
#include "migrator/progress.h"
#include "migrator/verify/comparison.h"
#include "migrator/verify/touched_keys.h"
#include "migrator/xa_watch.h"
#include "mysql/connector.h"

namespace wisp::throttle {
class Throttler;
}

namespace wisp::migrator {

/// What the verifiers share: ranges still to be compared, and what was found.
class Findings {
  public:
    /// `share`: of the ranges one in so many is compared, chosen at random; 1 = all. `verified`:
    /// what need not be compared, and grows by what is found equal, if all is compared.
    Findings(Chunker chunker, unsigned share, Guarded<FinishedRanges>* verified = nullptr);

    [[nodiscard]] std::optional<Range> next(mysql::Connection& connection);
    void note(std::uint64_t rows, std::chrono::steady_clock::duration took);
    /// Every row of the range was equal.
    void finish(const Range& range, std::uint64_t rows);
    /// Differences at keys that stood still: proof, not lag.
    void add_proven(std::vector<Difference> differences);
    /// More than that is no accident: the cause must be found first.
    static constexpr std::size_t kMost = 10'000;
    /// Keys that differed whenever they were looked at, and were written to each time.
    void add_moving(std::vector<Difference> differences);
    [[nodiscard]] std::vector<Difference> take_proven();
    [[nodiscard]] std::vector<Difference> take_moving();
    [[nodiscard]] bool exhausted() const;

  private:
    /// A key that is listed again counts once.
    using ByKey = std::map<std::vector<std::string>, Difference>;
    static void keep(ByKey& kept, std::vector<Difference> differences);
    [[nodiscard]] static std::vector<Difference> take(ByKey& kept);
    struct State {
        Chunker chunker;
        std::minstd_rand random;
        bool any = false;  // a range was handed out
        ByKey proven;
        ByKey moving;
    };
    const unsigned share_;
    Guarded<FinishedRanges>* const verified_;
    Guarded<State> state_;
};

/// What all verifiers of a run use.
struct VerifyContext {
    TouchedKeys& touched;
    XaWatch& xa_watch;
    Markers& markers;
    Signs& signs;
    Progress& progress;
};

class Verifier {
  public:
    Verifier(const Plan& plan, Findings& findings, const VerifyContext& context,
             std::unique_ptr<RowComparison> comparison, unsigned number = 0);

    /// Works as its number in the crew, until no range is left or stop. The applier must be
    /// running. Reconnects when the connection is lost.
    void run(std::stop_token stop, const mysql::Connector& connector,
             const throttle::Throttler& throttler, Crew& crew);
    /// Before settle(), once on a connection.
    void prepare(mysql::Connection& connection) {
        comparison_->prepare(connection, plan_.names.ghost);
    }
    /// Looks at these keys until each is equal, proven to differ, or has kept moving for some
    /// seconds. True if none of them kept moving.
    bool settle(mysql::Connection& connection, std::vector<Difference> keys,
                const std::stop_token& stop);

  private:
    struct Compared {
        std::uint64_t rows = 0;
        std::chrono::steady_clock::duration worked{};  // in the comparison itself
    };
    Compared compare(mysql::Connection& connection, const Range& range,
                     const std::stop_token& stop);
    template <typename Look>
    [[nodiscard]] std::vector<Difference> bracketed(mysql::Connection& connection,
                                                    const std::stop_token& stop, const Look& look);
    void prove_visible(mysql::Connection& source, const std::stop_token& stop);
    void pass_marker(mysql::Connection& source, const std::stop_token& stop);

    const Plan& plan_;
    Findings& findings_;
    TouchedKeys& touched_;
    XaWatch& xa_watch_;
    Markers& markers_;
    Signs& signs_;
    Progress& progress_;
    std::unique_ptr<RowComparison> comparison_;
    unsigned number_;
    std::uint64_t proofs_ = 0;
    std::uint64_t proven_ = 0;  // differences so far
};

}  // namespace wisp::migrator
