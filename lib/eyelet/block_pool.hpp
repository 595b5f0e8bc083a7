// SPDX-License-Identifier: BSL-1.0
// block_pool: the one currency. Everything that waits is one block of one size. Floor 1.
// The pool hands blocks out and takes them back in O(1). What a block means is the business of the
// rooms above; its header is laid out here so that type-free code can read every block there is.
#pragma once

#include <cstdint>
#include <eyelet/assert.hpp>
#include <eyelet/callback.hpp>
#include <eyelet/error.hpp>
#include <eyelet/list.hpp>

namespace eyelet {
class Loop;
}

namespace eyelet::detail {

struct Block;

/// Counts blocks, and handles to one of them: 16 bits where memory is small.
using Count = std::conditional_t<sizeof(void*) == 8, std::uint32_t, std::uint16_t>;

/// What a block is used for.
enum class Kind : std::uint8_t {
  free,           ///< in the pool
  callback,       ///< call_soon, call_later, call_at: runs once
  watcher,        ///< a port's: runs whenever an outside source is ready
  done_callback,  ///< add_done_callback: waits for its upstream, runs once
  promise,        ///< create_future: somebody completes it
  wait,           ///< a timer or a primitive completes it
  stage,          ///< then, or_else, finally: its upstream's outcome is its input
  task,           ///< create_task: a stage without an input, owned by the loop
};

enum class State : std::uint8_t { pending, value, error, cancelled };

/// Bits of Block::flags.
enum Flag : std::uint8_t {
  kInputCancelled = 1,  ///< a stage: in this turn its input is `cancelled`, whatever upstream says
  kGranted = 2,         ///< a wait in the ready queue that has not been delivered
  kAsked = 2,           ///< a stage: a request to cancel passed through it
  kRunning = 4,         ///< its callable is on the stack
  kAwaiting = 8,        ///< its callable has run; upstream is the future that it returned
  kCancelling = 8,      ///< a wait that is just cancelling its children
  kCancelRequested = 16,  ///< the same for its next turn
  kHoldsRequest = 32,     ///< an abandoned wait: the payload holds no result yet
  kObserved = 64,         ///< somebody looked at the error
  kListed = 128,          ///< a task: pending when an enumeration began
  kRelocks = 128,         ///< a condition's wait: it takes the lock before it ends
};

/// In FutureOperations::runs_on, beside a bit per State: what `run` returns is an input to the next
/// `run`, not the outcome. The callable stays until `run` drops it.
inline constexpr std::uint8_t kRunsAgain = 128;
/// Beside it: a value is no input to `run`, which takes none; it goes first, to give its block
/// back.
inline constexpr std::uint8_t kTakesNoInput = 32;
/// A wait that has something to do before it may end; others end at once when they are cancelled.
inline constexpr std::uint8_t kHearsOfCancel = 16;
/// Beside it: the payload ends with a pointer to the future's name.
inline constexpr std::uint8_t kNamed = 64;

/// What is done with a result of one type.
struct ResultOperations {
  /// Constructs a result that holds an Error of these two, which on a Cortex-M go through registers
  /// and would go through memory together.
  void (*fail)(Block&, Errc code, std::int32_t detail);
  void (*adopt)(Block& to, Block& from);  ///< constructs a result with the value of another one
  void (*destroy)(void* payload);         ///< destroys the result; null if there is nothing to do
};

/// What is done with a block of one kind and type.
struct Operations {
  /// Called by the loop when the block comes out of a queue; of a promise, which is in none: when
  /// its last handle goes.
  void (*turn)(Block&);
  void (*drop)(void* payload);  ///< destroys the callable; null if there is nothing to do
};

/// The same, for a watcher or a done callback.
struct ContinuationOperations : Operations {
  void (*close)(Block&);  ///< ends it without running anything
};

/// The same, for a future: a promise has no more, each of the others what its kind needs.
struct FutureOperations : Operations {
  const ResultOperations* result;
  std::uint8_t runs_on;  ///< a bit per State that `run` wants as its input, and those above
};

/// The same, for a stage or task.
struct StageOperations : FutureOperations {
  /// Runs the callable on the outcome of `input` (null: none), or on `cancelled`. Afterwards the
  /// block is done, or the future that the callable returned comes back, its handle with it.
  Block* (*run)(Block&, Block* input);
};

/// The same, for a wait.
struct WaitOperations : FutureOperations {
  void (*withdraw)(Block&);  ///< while pending, it leaves what it waits in
};

/// The same, for a wait of which runs_on says kHearsOfCancel.
struct SlowWaitOperations : WaitOperations {
  void (*cancel)(Block&);  ///< it was asked to; withdraw is not called
};

inline constexpr std::size_t kHeaderBytes =
    6 * sizeof(void*) + 2 * sizeof(std::uint32_t) + 2 * sizeof(Count);
inline constexpr std::size_t kPayloadBytes = kBlockBytes - kHeaderBytes;
/// Where in a block its payload begins.
inline constexpr std::size_t kPayloadAt = 4 * sizeof(void*) + 2 * sizeof(std::uint32_t);

/// 36 bytes of header with 32-bit pointers, 64 with 64-bit ones, and in its midst the payload,
/// where the alignment leaves no gap: while pending what the producer needs (a callable, a
/// deadline), when done the Result.
struct alignas(kPayloadAlign) Block : Link {
  Loop* loop;  // set once, when the block is first handed out
  const Operations* operations;
  std::uint32_t generation;  // counts identities; a Handle compares it
  Kind kind;
  State state;
  std::uint8_t flags;
  // Timer: rank in the heap, or more, or 0 if not armed. Task: requests to cancel. finally: the
  // state of the outcome that its payload holds, or 0
  std::uint8_t depth;
  alignas(kPayloadAlign) unsigned char payload[kPayloadBytes];
  Block* upstream;  // what it waits for. Timer heap: parent
  Count handles;
  Count dependents;    // continuations, waiting and scheduled ones
  Ring continuations;  // those that wait
};

inline constexpr std::size_t kNamedPayloadBytes = kPayloadBytes - sizeof(const char*);

static_assert(sizeof(Block) == kBlockBytes, "EYELET_BLOCK_BYTES is too small for a block's header");

template <class T>
T& payload(Block& block) {
  return *std::launder(reinterpret_cast<T*>(block.payload));
}

template <class T>
const T& payload(const Block& block) {
  return *std::launder(reinterpret_cast<const T*>(block.payload));
}

/// The block of a payload.
inline const Block& block_around(const void* payload) {
  return *std::launder(
      reinterpret_cast<const Block*>(static_cast<const unsigned char*>(payload) - kPayloadAt));
}

/// The name of a future, "" if it has none.
inline const char* name_of(const Block& future) {
  if ((static_cast<const FutureOperations*>(future.operations)->runs_on & kNamed) == 0) return "";
  return *reinterpret_cast<const char* const*>(future.payload + kNamedPayloadBytes);
}

inline Block& block_of(Link& link) { return static_cast<Block&>(link); }

}  // namespace eyelet::detail

namespace eyelet {

/// Memory for `Blocks` blocks, not initialised: a global one costs no start-up time and no flash.
template <std::size_t Blocks>
class BlockStorage {
 public:
  static_assert(Blocks >= 1 && Blocks <= static_cast<detail::Count>(-1),
                "eyelet: too few or many blocks");
  constexpr BlockStorage() : none_{} {}
  constexpr detail::Block* blocks() { return blocks_; }

 private:
  union {
    char none_;
    detail::Block blocks_[Blocks];
  };
};

}  // namespace eyelet

namespace eyelet::detail {

/// With EYELET_FAULT_INJECTION=1: asked before each acquisition; true makes it fail.
inline bool (*fail_acquisition)() = nullptr;

class BlockPool {
 public:
  constexpr BlockPool(Block* blocks, Count capacity) : blocks_{blocks}, capacity_{capacity} {}

  /// A blank block, or null if all are in use: of no kind, pending, without flags or depth, and
  /// nobody waits for it. O(1).
  [[gnu::always_inline]] Block* acquire(Loop& loop) {
    Block* block = free_;
    bool exhausted = block == nullptr && fresh_ == capacity_;
    if constexpr (kFaultInjection)
      exhausted = exhausted || (fail_acquisition != nullptr && fail_acquisition());
    if (exhausted) return nullptr;
    if (block != nullptr) {
      free_ = static_cast<Block*>(block->next);
    } else {
      // In place, because a call here would cost every acquisition 7 instructions, to save
      // registers.
      block = &blocks_[fresh_++];
      block->loop = &loop;
      block->generation = 0;
      block->dependents = 0;
      block->continuations.clear();
      wipe(*block);
    }
    return block;
  }

  /// Takes back a block whose payload is destroyed, and that nobody waits for. O(1).
  void release(Block& block) {
    wipe(block);
    block.next = free_;
    free_ = &block;
  }

  Count capacity() const { return capacity_; }
  /// Blocks ever handed out. Free ones are used again first, so it is the highest number in use.
  Count peak() const { return fresh_; }
  Block& operator[](Count index) const { return blocks_[index]; }
  Count index(const Block& block) const { return static_cast<Count>(&block - blocks_); }

 private:
  // One store. With it here, and not where a block gets its kind, a callback costs 1 instruction
  // less and a future 3.
  static void wipe(Block& block) {
    block.kind = Kind::free;
    block.state = State::pending;
    block.flags = 0;
    block.depth = 0;
  }

  Block* blocks_;
  Block* free_ = nullptr;
  Count capacity_;
  Count fresh_ = 0;
};

}  // namespace eyelet::detail
