"""The Apps that are measured: small, and as many as one likes."""

IMAGE = "fairlead/sample:1"


def name_of(number):
    return f"bench{number:05}"


def small_app(number, version=0):
    """Two services on two networks: four objects. Every subnet is its own."""
    subnets = [f"10.{at // 256}.{at % 256}.0/24" for at in (2 * number, 2 * number + 1)]
    return _compose(2, subnets, version)


def wide_app(services, version=0):
    """One App of many services, all on two networks. `version` changes the first of them."""
    return _compose(services, ["10.201.0.0/16", "10.202.0.0/16"], version)


def _compose(services, subnets, version):
    lines = ["services:"]
    for at in range(services):
        lines += [f"  s{at}:",
                  f"    image: {IMAGE}",
                  "    command: [/sample, sleep]",
                  f"    environment: {{VERSION: \"{version if at == 0 else 0}\"}}",
                  "    stop_grace_period: 1s",
                  "    networks: [front, back]"]
    lines.append("networks:")
    for name, subnet in zip(("front", "back"), subnets):
        lines.append(f"  {name}: {{ipam: {{config: [{{subnet: {subnet}}}]}}}}")
    return "\n".join(lines) + "\n"
