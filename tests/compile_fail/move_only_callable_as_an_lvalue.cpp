// SPDX-License-Identifier: BSL-1.0
// expect: pass a callable that cannot be copied by std::move
#include <eyelet/eyelet.hpp>
#include <memory>

eyelet::Future<int> broken(const eyelet::Future<int>& future) {
  auto callable = [owned = std::unique_ptr<int>{}](int x) { return owned ? *owned : x; };
#ifdef FIXED
  return future.then(std::move(callable));
#else
  return future.then(callable);
#endif
}
