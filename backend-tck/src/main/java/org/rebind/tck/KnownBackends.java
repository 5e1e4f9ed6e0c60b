package org.rebind.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.rebind.DeclinedBackend;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Discovery;

/** The backends on the class path, discovered once and never closed. Thread-safe. */
public final class KnownBackends {
    private record Found(BackendProvider provider, Discovery discovery) {
        static final List<Found> ALL = discover();

        private static List<Found> discover() {
            List<Found> all = new ArrayList<>();
            for (BackendProvider p : ServiceLoader.load(BackendProvider.class, KnownBackends.class.getClassLoader())) {
                all.add(new Found(p, p.discover()));
            }
            return List.copyOf(all);
        }
    }

    private KnownBackends() {
    }

    public static List<Backend> usable() {
        return Found.ALL.stream().flatMap(f -> f.discovery.backends().stream()).toList();
    }

    public static List<DeclinedBackend> declined() {
        return Found.ALL.stream().flatMap(f -> f.discovery.declined().stream()).toList();
    }

    /** @throws IllegalArgumentException if there is none with this name, saying which there are and why others are not */
    public static Backend named(String name) {
        return usable().stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("no backend named '" + name + "' on the class path; usable: "
                        + usable().stream().map(Backend::name).toList() + "; declined: " + declined()));
    }

    /** The provider that found the backend of this name. */
    public static Optional<BackendProvider> provider(String name) {
        return Found.ALL.stream().filter(f -> f.discovery.backends().stream().anyMatch(b -> b.name().equals(name)))
                .map(Found::provider).findFirst();
    }

    /** The reference evaluator. */
    public static Backend interpreter() {
        return named("interpreter");
    }
}
