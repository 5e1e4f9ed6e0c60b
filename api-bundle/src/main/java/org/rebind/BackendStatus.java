package org.rebind;

import java.util.Map;

/**
 * A backend as the runtime sees it.
 *
 * @param health {@code "ok"}, or why it is quarantined and until when, or that configuration keeps it away
 * @param functions entries that run on it now
 * @param properties of its device
 */
public record BackendStatus(String name, String version, String device, String kind, int ranking, String health,
        int functions, Map<String, String> properties) {
    public BackendStatus {
        properties = Map.copyOf(properties);
    }
}
