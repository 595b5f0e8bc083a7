// SPDX-License-Identifier: BSL-1.0
// Three actors with four operations each on one primitive, in every order, and with a pass of the
// loop at every choice of the places where a pass would run anything.
//
// An operation is a letter. A world, one for each primitive, says what it does, and after each step
// a model in it says what must hold: nothing lost, nothing twice, first come, first served, nobody
// waits who could be served. In the end all have been served, and no block is in use.
//
// There is no heap, so a world's bytes are all there is to it. What orders begin with in common is
// played once, and the bytes are put back for each way to go on; and where two beginnings have led
// to the same bytes they go on alike, so one of them stands for both, and is counted for both.
#pragma once

#include <cstring>
#include <string_view>
#include <tests/fixture.hpp>
#include <unordered_map>
#include <vector>

namespace interleavings {

using namespace fixture;
using eyelet::TimePoint;

constexpr std::size_t kActors = 3;
constexpr std::size_t kLetters = 4;
constexpr std::size_t kEverywhere = static_cast<std::size_t>(-1);
using Scripts = std::array<std::string_view, kActors>;

/// Actors, in the order in which they have come.
class Line {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t operator[](std::size_t place) const { return actors_[place]; }
  bool has(std::size_t actor) const { return place_of(actor) != size_; }
  bool is_first(std::size_t actor) const { return place_of(actor) == 0 && !empty(); }

  void join(std::size_t actor) { actors_[size_++] = actor; }
  void leave(std::size_t actor) {
    std::size_t place = place_of(actor);
    if (place == size_) return;
    for (--size_; place < size_; ++place) actors_[place] = actors_[place + 1];
    actors_[size_] = 0;  // nothing stays of it: equal lines have equal bytes
  }

 private:
  std::size_t place_of(std::size_t actor) const {
    std::size_t place = 0;
    while (place < size_ && actors_[place] != actor) ++place;
    return place;
  }

  std::array<std::size_t, kActors> actors_{};
  std::size_t size_ = 0;
};

/// What an actor waits for.
struct Wait {
  eyelet::AnyFuture turn;            // as the primitive gave it
  Future<void> end;                  // behind its limit and continuations; a bare wait has none
  TimePoint limit = eyelet::kNever;  // when it may time out
  bool asked = false;                // its cancel() has returned true

  bool pending() const { return !turn.done() || !end.done(); }
  bool bare() const { return end.block() == nullptr; }
  /// A bare wait tells nobody of its turn: it has had it, and holds what it got.
  bool served_bare() const { return bare() && code(turn) == Errc::none; }
  /// Out of the primitive's line without having been served.
  bool withdrawn() const { return turn.done() && code(turn) != Errc::none; }
  void cancel() {
    if (bare() ? turn.cancel() : end.cancel()) asked = true;
  }
};
using Waits = std::array<Wait, kActors>;

inline void remove_withdrawn(Line& line, const Waits& waits) {
  for (std::size_t actor = 0; actor < kActors; ++actor)
    if (waits[actor].withdrawn()) line.leave(actor);
}

/// What the world of a primitive begins with.
struct Stage {
  eyelet::SimPort port;
  eyelet::StaticLoop<24> loop{port};
  const char* wrong = nullptr;
  bool quiet = true;  // a pass would run nothing

  virtual ~Stage() = default;
  virtual void operate(char letter, std::size_t actor) = 0;
  /// Compares with the model.
  virtual void must_hold() = 0;
  /// Sees to it that all are served, and drops all futures.
  virtual void end() = 0;

  void expect(bool holds, const char* otherwise) {
    if (!holds && wrong == nullptr) wrong = otherwise;
  }

  /// After each step.
  void check() {
    const eyelet::Stats stats = loop.stats();
    quiet = stats.ready == 0 && loop.timers().next() > port.now();
    must_hold();
    expect(stats.failures == 0, "there are not enough blocks for these scripts");
  }

  void pass() {
    static_cast<void>(loop.poll());
    check();
  }
  void run() {
    check();
    for (int n = 0; !quiet && wrong == nullptr; ++n) {
      expect(n < 50, "it does not come to rest");
      pass();
    }
  }
  void finish() {
    run();
    end();
    expect(loop.stats().in_use == 0, "a block leaked");
  }

  /// A wait ended with `error`: because it was cancelled, and only otherwise for another reason.
  void expect_reason(const Wait& wait, Error error, bool refused) {
    const bool timed_out = error.code == Errc::timed_out && wait.limit <= port.now();
    expect(wait.asked ? error.code == Errc::cancelled : timed_out || refused, "a wrong error");
  }

  /// Waits for `turn`, for at most 1 ms if it is limited, and calls `served` with its value.
  /// `refused(error)`: it may end with that, besides being cancelled and timing out.
  template <class T, class Served, class Refused>
  void begin(Wait& wait, const Future<T>& turn, bool limited, Served&& served, Refused&& refused) {
    wait.turn = turn;
    wait.limit = limited ? port.now() + 1ms : eyelet::kNever;
    wait.asked = false;
    wait.end = (limited ? eyelet::wait_for(turn, 1ms) : turn)
                   .then(std::forward<Served>(served))
                   .or_else([this, &wait, refused](Error error) {
                     expect_reason(wait, error, refused(error));
                   });
  }
  template <class T>
  void begin_bare(Wait& wait, const Future<T>& turn) {
    wait = Wait{};
    wait.turn = turn;
  }
};

/// How many orders there are.
struct Runs {
  unsigned long all = 0;
  unsigned long without_passes = 0;
};

/// Of the letters alone: 12! / (4! 4! 4!). Actors with equal scripts could as well change places:
/// one order stands for all in which they do.
inline unsigned long count_orders(const Scripts& scripts) {
  unsigned long orders = 1;
  for (std::size_t actor = 0; actor < kActors; ++actor) {
    unsigned long equal = 1;
    for (std::size_t other = 0; other < actor; ++other) equal += scripts[other] == scripts[actor];
    for (std::size_t letter = 1; letter <= kLetters; ++letter)
      orders = orders * (actor * kLetters + letter) / letter;
    orders /= equal;
  }
  return orders;
}

template <class World>
class Explorer {
 public:
  Explorer(const Scripts& scripts, std::size_t passes) : scripts_{scripts} {
    ::new (state_.world) World;
    state_.passes_left = passes;
  }
  ~Explorer() { world().~World(); }
  Explorer(const Explorer&) = delete;
  Explorer& operator=(const Explorer&) = delete;

  /// Goes on from here in all ways there are.
  Runs go_on() {
    if (state_.ended) return {1, 1};
    const auto [entry, is_new] = known_.try_emplace(hash());
    Runs& runs = entry->second;
    if (!is_new) return runs;
    std::size_t letters_left = 0;
    for (std::size_t actor = 0; actor < kActors; ++actor) {
      letters_left += kLetters - state_.played[actor];
      if (!may_play(actor)) continue;
      const Runs more = play_letter(actor);
      runs.all += more.all;
      runs.without_passes += more.without_passes;
    }
    if (letters_left == 0) return runs = end();
    if (!world().quiet && state_.passes_left != 0) runs.all += pass().all;
    return runs;
  }

  const std::string& finding() const { return finding_; }

 private:
  struct State {
    alignas(World) unsigned char world[sizeof(World)];
    std::array<std::size_t, kActors> played;  // letters of each actor
    std::size_t passes_left;
    bool ended;
  };

  World& world() { return *std::launder(reinterpret_cast<World*>(state_.world)); }

  // Of 64 bits also where std::hash has 32, in which states that differ would meet. Most words are
  // of blocks that no run has used.
  std::uint64_t hash() const {
    std::uint64_t hash = 0;
    std::uint64_t word;
    static_assert(sizeof(State) % sizeof(word) == 0);
    for (std::size_t i = 0; i < sizeof(State); i += sizeof(word)) {
      std::memcpy(&word, reinterpret_cast<const char*>(&state_) + i, sizeof(word));
      if (word == 0) continue;
      hash = (hash ^ word) * 0x9E3779B97F4A7C15U + i;
      hash ^= hash >> 32;
    }
    return hash;
  }

  // Of actors with equal scripts, those with lower numbers begin before those with higher ones.
  bool may_play(std::size_t actor) const {
    for (std::size_t other = 0; other < actor; ++other)
      if (scripts_[other] == scripts_[actor] && state_.played[other] == 0) return false;
    return state_.played[actor] < kLetters;
  }

  Runs play_letter(std::size_t actor) {
    const char letter = scripts_[actor][state_.played[actor]];
    return step(std::to_string(actor) + letter, [this, actor, letter] {
      ++state_.played[actor];
      world().operate(letter, actor);
      world().check();
    });
  }

  Runs pass() {
    return step("pass", [this] {
      if (state_.passes_left != kEverywhere) --state_.passes_left;
      world().pass();
    });
  }

  Runs end() {
    return step("end", [this] {
      state_.ended = true;
      world().finish();
    });
  }

  // Does it, goes on from there, and takes it back.
  template <class Act>
  Runs step(std::string_view name, Act&& act) {
    if (!finding_.empty()) return {};
    before_.push_back(state_);
    const std::size_t length = trail_.size();
    trail_.append(" ").append(name);
    act();
    Runs runs;
    if (world().wrong == nullptr)
      runs = go_on();
    else
      finding_.append(world().wrong).append(":").append(trail_);
    trail_.resize(length);
    state_ = before_.back();
    before_.pop_back();
    return runs;
  }

  const Scripts scripts_;
  State state_{};
  std::vector<State> before_;                      // each step of the trail
  std::unordered_map<std::uint64_t, Runs> known_;  // by the hash of a state
  std::string trail_;
  std::string finding_;
};

/// The first thing that went wrong, and the steps that led to it; empty if nothing did.
inline std::string finding;

/// Plays all orders of three scripts, with passes at up to that many places at a time.
template <class World>
Runs play(const Scripts& scripts, std::size_t passes) {
  Explorer<World> explorer{scripts, passes};
  const Runs runs = explorer.go_on();
  finding = explorer.finding();
  return runs;
}

/// The same for each three scripts, and nothing goes wrong.
template <class World>
void explore(std::initializer_list<Scripts> table, std::size_t passes = kEverywhere) {
  for (const Scripts& scripts : table) {
    for (std::string_view script : scripts) CHECK_EQUAL(kLetters, script.size());
    const Runs runs = play<World>(scripts, passes);
    STRCMP_EQUAL("", finding.c_str());
    CHECK_EQUAL(count_orders(scripts), runs.without_passes);
    // In each order there is a place at least where a pass runs something.
    CHECK_COMPARE(runs.all, >=, 2 * runs.without_passes);
  }
}

}  // namespace interleavings
