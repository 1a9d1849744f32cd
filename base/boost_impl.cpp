// The one object that holds the code of Asio and Beast (see cmake/toolchain.cmake).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
