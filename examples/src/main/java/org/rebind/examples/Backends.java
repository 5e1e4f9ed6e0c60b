package org.rebind.examples;

import org.rebind.BackendStatus;
import org.rebind.Compiler;
import org.rebind.Rebind;

/** Prints the backends that work here, best first, and why the others do not. */
public final class Backends {
    private Backends() {
    }

    public static void main(String[] args) {
        Compiler compiler = Rebind.compiler();
        for (BackendStatus b : compiler.backends()) {
            System.out.printf("%-14s %-12s %s (ranking %d, %s)%n", b.name(), b.kind(), b.device(), b.ranking(),
                    b.health());
            b.properties().entrySet().stream().sorted(java.util.Map.Entry.comparingByKey())
                    .forEach(p -> System.out.printf("%-14s   %s: %s%n", "", p.getKey(), p.getValue()));
        }
        compiler.declinedBackends().forEach(System.out::println);
    }
}
