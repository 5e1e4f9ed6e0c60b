package org.rebind.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Processor time that a virtual machine wanted and its host gave to others, by Linux' count; nothing is known of other systems. */
final class Stolen {
    private static final Path COUNTS = Path.of("/proc/stat");
    private static final int IDLE = 3;
    private static final int WAITING = 4;
    private static final int STOLEN = 7;

    private final long busy;
    private final long stolen;

    private Stolen(long busy, long stolen) {
        this.busy = busy;
        this.stolen = stolen;
    }

    static Stolen now() throws IOException {
        return Files.isReadable(COUNTS) ? of(Files.readAllLines(COUNTS).get(0)) : new Stolen(0, 0);
    }

    /** @param line {@code cpu user nice system idle iowait irq softirq steal ...}, each since the machine was started */
    static Stolen of(String line) {
        String[] counts = line.trim().split(" +");
        long busy = 0;
        for (int i = 0; i < Math.min(STOLEN, counts.length - 1); i++) {
            busy += i == IDLE || i == WAITING ? 0 : Long.parseLong(counts[i + 1]);
        }
        return new Stolen(busy, counts.length - 1 > STOLEN ? Long.parseLong(counts[STOLEN + 1]) : 0);
    }

    /** Of the time wanted since then, the part that was stolen: 0 to 1. */
    double since(Stolen before) {
        long taken = stolen - before.stolen;
        long wanted = busy - before.busy + taken;
        return wanted <= 0 ? 0 : (double) taken / wanted;
    }
}
