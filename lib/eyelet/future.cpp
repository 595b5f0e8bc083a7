// SPDX-License-Identifier: BSL-1.0
#include <eyelet/future.hpp>

namespace eyelet {

Error AnyFuture::error() const {
  detail::Block* const future = block();
  if (future == nullptr) return Error{no_block(), 0};
  switch (future->state) {
    case detail::State::pending: return Error{Errc::invalid_state, 0};
    case detail::State::value: return Error{};
    default: break;
  }
  detail::set_flag(*future, detail::kObserved);
  return detail::error_of(*future);
}

Result<void> AnyFuture::refuse() const {
  if (block() == nullptr) return failure(no_block());
  if (block()->kind == detail::Kind::promise && cancelled()) return {};
  return failure(Errc::invalid_state);
}

}  // namespace eyelet
