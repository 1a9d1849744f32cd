// Enums as words: for each enum one table, in its order, that is read in both directions.
//
//   constexpr EnumText<Truth> kTruths[] = {{Truth::kTrue, "True"}, {Truth::kFalse, "False"}};
//   static_assert(covers(kTruths));
//
//   std::string_view to_string(Truth truth) { return text_of(kTruths, truth); }
//   std::optional<Truth> parse(std::string_view text) { return value_of(kTruths, text); }
//
// The assertion does not compile while an enumerator has no row, the last one included, while rows
// stand in another order, or while two have one word. So whoever adds an enumerator is told where
// its word belongs, and a word that users write in alerts can't be lost by a merge. A table may
// have more columns: any struct will do whose members `value` and `text` are these
// (docker/engine.cpp has one that says which operations change something).
//
// When: for an enum whose words leave the process: logs, metrics, JSON, manifests. Not for flags or
// sparse values: only an `enum class` whose values count from 0 without a gap. All of it is
// constexpr; nothing is allocated but by choices_of().
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead {

template <typename Enum>
struct EnumText {
  Enum value;
  std::string_view text;
};

// True if the value is one of its enum's own: GCC and Clang write "(Enum)5" for all others, and
// there is no other way to ask before the language has reflection.
template <auto Value>
consteval bool is_enumerator() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_suffix(1);  // the closing bracket
  return name[name.find_last_not_of("-0123456789")] != ')';
}

// How many enumerators there are, of an enum whose values count from 0: up to the first value that
// is none.
template <typename Enum, std::size_t Count = 0>
consteval std::size_t enum_count() {
  if constexpr (is_enumerator<static_cast<Enum>(Count)>()) {
    return enum_count<Enum, Count + 1>();
  } else {
    return Count;
  }
}

// What every table asserts right behind itself. Without it a lookup may read past its end.
template <typename Row, std::size_t Count>
consteval bool covers(const Row (&rows)[Count]) {
  using Enum = decltype(Row::value);
  for (std::size_t i = 0; i < Count; ++i) {
    if (rows[i].value != static_cast<Enum>(i)) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (rows[i].text == rows[j].text) return false;
  }
  return Count == enum_count<Enum>();
}

// The row of a value, of a table that covers its enum: an index, not a search. A value that was
// cast from outside must have been checked before.
template <typename Row, std::size_t Count>
constexpr const Row& row_of(const Row (&rows)[Count], decltype(Row::value) value) {
  return rows[static_cast<std::size_t>(value)];
}

template <typename Row, std::size_t Count>
constexpr std::string_view text_of(const Row (&rows)[Count], decltype(Row::value) value) {
  return row_of(rows, value).text;
}

// nullopt: no value is called so. Compares whole and with case, as the words are written.
template <typename Row, std::size_t Count>
constexpr auto value_of(const Row (&rows)[Count], std::string_view text)
    -> std::optional<decltype(Row::value)> {
  for (const auto& row : rows)
    if (row.text == text) return row.value;
  return std::nullopt;
}

// What may be said, for a message: "volume, bind, tmpfs or image".
template <typename Row, std::size_t Count>
std::string choices_of(const Row (&rows)[Count]) {
  std::string out;
  for (std::size_t i = 0; i < Count; ++i) {
    if (i > 0) out += i + 1 == Count ? " or " : ", ";
    out += rows[i].text;
  }
  return out;
}

}  // namespace fairlead
