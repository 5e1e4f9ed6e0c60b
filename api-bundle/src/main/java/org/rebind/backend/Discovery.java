package org.rebind.backend;

import java.util.List;
import org.rebind.DeclinedBackend;

/**
 * What a provider found.
 *
 * @param backends one a usable device, each tested and ready, best first; owned by whoever discovered them
 * @param declined what is not usable here, and why
 */
public record Discovery(List<Backend> backends, List<DeclinedBackend> declined) {
    public Discovery {
        backends = List.copyOf(backends);
        declined = List.copyOf(declined);
    }

    public static Discovery declined(String name, String reason) {
        return new Discovery(List.of(), List.of(new DeclinedBackend(name, reason)));
    }
}
