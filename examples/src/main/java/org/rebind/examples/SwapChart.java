package org.rebind.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Throughput and backend over time, drawn line by line in the terminal and at the end as an SVG. */
final class SwapChart {
    private static final int BAR = 40;
    private static final int[] ANSI = {90, 34, 32, 33};

    /** @param backend the one that calls ran on at its end */
    record Sample(String backend, long perSecond, double longestMs) {
    }

    /** @param at index of the first sample after it @param ms it took; -1 for something that begins */
    record Event(int at, String name, long ms) {
    }

    private final long sampleMillis;
    private final boolean coloured = System.console() != null;
    private final List<Sample> samples = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final Set<String> backends = new LinkedHashSet<>();
    private final String title;
    private String summary = "";
    private long most = 1;
    private long total;
    private long last;

    SwapChart(long sampleMillis, String title) {
        this.sampleMillis = sampleMillis;
        this.title = title;
        System.out.println(title);
    }

    void add(Map<String, Object> sample) {
        long calls = (long) sample.get("calls");
        long now = System.nanoTime();
        long millis = last == 0 ? sampleMillis : Math.max(1, (now - last) / 1_000_000); // a busy machine samples late
        last = now;
        Sample s = new Sample((String) sample.get("backend"), calls * 1000 / millis,
                (long) sample.get("longest") / 1e6);
        total += calls;
        samples.add(s);
        backends.add(s.backend);
        most = Math.max(most, s.perSecond);
        System.out.printf(Locale.ROOT, "%6.1f s  %-12s %8d calls/s  longest %8.2f ms  %s%n",
                samples.size() * sampleMillis / 1000.0, s.backend, s.perSecond, s.longestMs, bar(s));
    }

    private String bar(Sample s) {
        String bar = "#".repeat((int) Math.max(s.perSecond > 0 ? 1 : 0, BAR * s.perSecond / most));
        int colour = ANSI[List.copyOf(backends).indexOf(s.backend) % ANSI.length];
        return coloured ? "\033[" + colour + "m" + bar + "\033[0m" : bar;
    }

    /** @param ms it took; -1 for something that begins */
    void event(String name, long ms) {
        events.add(new Event(samples.size(), name, ms));
        System.out.println("          ---- " + name + (ms < 0 ? "" : " (" + ms + " ms)"));
    }

    /** @param end what happened since the last sample, and how many calls went wrong in all */
    void finish(Map<String, Object> end) {
        summary = String.format(Locale.ROOT, "%,d calls, %d failed, %d wrong; longest call %.1f ms",
                total + (long) end.get("calls"), end.get("failed"), end.get("wrong"),
                samples.stream().mapToDouble(Sample::longestMs).max().orElse(0));
        System.out.println(summary);
    }

    void write(Path file) throws IOException {
        Files.writeString(file, new SwapPicture(title, summary, sampleMillis, samples, events, List.copyOf(backends)).svg());
        System.out.println("drawn in " + file);
    }
}
