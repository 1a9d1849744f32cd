#include "watch/files.h"

#include <algorithm>
#include <atomic>

#include "base/assert.h"

namespace fairlead::watch {
namespace {

constexpr std::size_t kMostInPage = 64;

}  // namespace

bool same_version(const File& a, const File& b) {
  return a.digest == b.digest && a.error == b.error;
}

Files::Iterator::Iterator(const Pages& pages, std::size_t page) : pages_(&pages), page_(page) {
  if (!ended()) at_ = pages[page_]->begin();
}

Files::Iterator& Files::Iterator::operator++() {
  if (++at_ != (*pages_)[page_]->end()) return *this;
  ++page_;
  if (!ended()) at_ = (*pages_)[page_]->begin();
  return *this;
}

Files::Iterator Files::Iterator::operator++(int) {
  auto before = *this;
  ++*this;
  return before;
}

bool Files::Iterator::skip_shared(Iterator& other) {
  const auto& mine = (*pages_)[page_];
  if (mine != (*other.pages_)[other.page_] || at_ != mine->begin() || other.at_ != at_)
    return false;
  *this = Iterator(*pages_, page_ + 1);
  other = Iterator(*other.pages_, other.page_ + 1);
  return true;
}

// Where the name is, or would be put; their number only if there is no page.
std::size_t Files::page_of(const std::string& name) const {
  const auto after = std::ranges::upper_bound(
      pages_, name, {},
      [](const auto& page) -> const std::string& { return page->begin()->first; });
  const auto place = static_cast<std::size_t>(after - pages_.begin());
  return place == 0 ? 0 : place - 1;
}

// A page to write to. One that another value has is left to it.
Files::Page& Files::own(std::shared_ptr<Page>& page) {
  if (page.use_count() == 1) {
    // What another thread that let go of it has read, it has read before this.
    std::atomic_thread_fence(std::memory_order_acquire);
  } else {
    page = std::make_shared<Page>(*page);
  }
  return *page;
}

const File* Files::find(const std::string& name) const {
  if (empty()) return nullptr;
  const Page& page = *pages_[page_of(name)];
  const auto found = page.find(name);
  return found == page.end() ? nullptr : &found->second;
}

const File& Files::at(const std::string& name) const {
  const File* found = find(name);
  FL_ASSERT(found != nullptr);
  return *found;
}

void Files::put(const std::string& name, File file) {
  const std::size_t place = page_of(name);
  if (empty()) pages_.push_back(std::make_shared<Page>());
  Page& page = own(pages_[place]);
  size_ += page.insert_or_assign(name, std::move(file)).second ? 1 : 0;
  if (page.size() <= kMostInPage) return;
  auto half = std::make_shared<Page>();
  for (auto middle = std::next(page.begin(), kMostInPage / 2); middle != page.end();)
    half->insert(half->end(), page.extract(middle++));
  pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(place) + 1, std::move(half));
}

bool Files::erase(const std::string& name) {
  if (!contains(name)) return false;
  const std::size_t place = page_of(name);
  Page& page = own(pages_[place]);
  page.erase(name);
  if (page.empty()) pages_.erase(pages_.begin() + static_cast<std::ptrdiff_t>(place));
  --size_;
  return true;
}

void Files::compare(const Files& a, const Files& b,
                    const std::function<void(const std::string& name)>& differs) {
  auto left = a.begin();
  auto right = b.begin();
  while (!left.ended() && !right.ended()) {
    if (left.skip_shared(right)) continue;
    const int order = left->first.compare(right->first);
    if (order != 0 || !same_version(left->second, right->second))
      differs(order <= 0 ? left->first : right->first);
    if (order <= 0) ++left;
    if (order >= 0) ++right;
  }
  for (; !left.ended(); ++left)
    differs(left->first);
  for (; !right.ended(); ++right)
    differs(right->first);
}

}  // namespace fairlead::watch
