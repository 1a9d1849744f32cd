// Values by CIDR block, found by overlap. A look-up costs as many steps as the block has bits, and
// one more for each hit, however many blocks there are.
//
// Two users ask "whose subnet meets this one?" for thousands: the engine's networks
// (controller/observed/index.h) and what manifests want (check/clashes.h). To compare with all of
// them would make each pass, and each file that changes, cost more with every App.
//
//   BlockMap<std::string> subnets;
//   subnets.insert(*parse_cidr("10.0.0.0/8"), "a");
//   subnets.insert(*parse_cidr("10.1.0.0/16"), "b");
//   subnets.overlapping(*parse_cidr("10.1.2.0/24"));  // a, b: both lie around it
//
// Host bits do not matter, and families are apart, as in cidr.h. Values are compared by == and
// copied.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "model/cidr.h"

namespace fairlead::model {

template <typename Value>
class BlockMap {
 public:
  // One block may have any number of values.
  void insert(const Cidr& block, Value value) { values_.emplace(key_of(block), std::move(value)); }

  // One value that is equal; nothing if there is none.
  void erase(const Cidr& block, const Value& value) {
    auto [at, end] = values_.equal_range(key_of(block));
    at = std::find_if(at, end, [&value](const auto& each) { return each.second == value; });
    if (at != end) values_.erase(at);
  }

  // Of every block that overlaps with this one; in order of block, then of insertion.
  std::vector<Value> overlapping(const Cidr& block) const {
    std::vector<Value> found;
    const Key wanted = key_of(block);
    // Blocks lie in one another or apart: those around this one …
    for (int bits = 0; bits < wanted.bits; ++bits) {
      const auto [begin, end] = values_.equal_range(shortened(wanted, bits));
      for (auto at = begin; at != end; ++at)
        found.push_back(at->second);
    }
    // … and those within it, which come right after it.
    for (auto at = values_.lower_bound(wanted);
         at != values_.end() && shortened(at->first, wanted.bits) == wanted; ++at)
      found.push_back(at->second);
    return found;
  }

 private:
  // Ordered so that a block is followed by those within it.
  struct Key {
    bool v6 = false;
    std::array<std::uint8_t, 16> address{};  // without host bits; of IPv4 the first four
    int bits = 0;
    auto operator<=>(const Key&) const = default;
  };

  static Key key_of(const Cidr& block) {
    return std::visit(
        [](const auto& network) {
          const auto bytes = network.canonical().address().to_bytes();
          Key key;
          key.v6 = bytes.size() == 16;
          std::copy(bytes.begin(), bytes.end(), key.address.begin());
          key.bits = network.prefix_length();
          return key;
        },
        block);
  }

  static Key shortened(Key key, int bits) {
    key.bits = std::min(key.bits, bits);
    for (std::size_t at = 0; at < key.address.size(); ++at) {
      const int left = std::clamp(bits - static_cast<int>(8 * at), 0, 8);
      key.address[at] = static_cast<std::uint8_t>(key.address[at] & (0xff00 >> left));
    }
    return key;
  }

  std::multimap<Key, Value> values_;
};

}  // namespace fairlead::model
