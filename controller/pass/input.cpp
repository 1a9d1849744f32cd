#include "controller/pass/input.h"

#include "controller/objects/key.h"

namespace fairlead::controller {

model::App as_app(const model::SharedNetwork& network) {
  model::App app;
  app.name = network_key(network.name);
  app.prefix = network.name;
  app.enveloped = true;
  app.suspend = network.suspend;
  app.prune = network.prune;
  app.network_recreate = network.network_recreate;
  app.file = network.file;
  app.networks = {network.network};
  app.masks = network.masks;
  app.position = network.position;
  return app;
}

}  // namespace fairlead::controller
