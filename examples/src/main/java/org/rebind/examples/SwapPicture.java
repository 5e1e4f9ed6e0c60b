package org.rebind.examples;

import java.util.List;
import java.util.Locale;
import org.rebind.examples.SwapChart.Event;
import org.rebind.examples.SwapChart.Sample;

/**
 * The picture of a swap, as an SVG: above, calls a second as bars in the colour of the backend that ran them; below, on a
 * logarithmic scale, the longest call of each sample; across both, what was done to the backend and how long it took.
 */
final class SwapPicture {
    private static final String[] COLOURS = {"#9aa1ab", "#2f6fb7", "#3f9b52", "#c9782b"};
    private static final int WIDTH = 1080;
    private static final int HEIGHT = 500;
    private static final int LEFT = 78;
    private static final int RIGHT = WIDTH - 24;
    private static final int TOP = 128;
    private static final int BOTTOM = 320; // of the calls a second
    private static final int LOW_TOP = 356;
    private static final int LOW_BOTTOM = 448; // of the longest calls
    private static final int LABEL_STEP = 16;

    private final String title;
    private final String summary;
    private final List<Sample> samples;
    private final List<Event> events;
    private final List<String> backends;
    private final double step; // between samples
    private final double seconds;
    private final long most; // calls a second at the top
    private final StringBuilder s = new StringBuilder();

    SwapPicture(String title, String summary, long sampleMillis, List<Sample> samples, List<Event> events,
            List<String> backends) {
        this.title = title;
        this.summary = summary;
        this.samples = samples;
        this.events = events;
        this.backends = backends;
        this.step = (double) (RIGHT - LEFT) / Math.max(1, samples.size());
        this.seconds = samples.size() * sampleMillis / 1000.0;
        this.most = rounded(samples.stream().mapToLong(Sample::perSecond).max().orElse(1));
    }

    /** The next of 1, 2, 4, 5, 8 times a power of ten. */
    private static long rounded(long n) {
        long ten = 1;
        while (ten * 10 < n) {
            ten *= 10;
        }
        for (long f : new long[] {1, 2, 4, 5, 8}) {
            if (f * ten >= n) {
                return f * ten;
            }
        }
        return 10 * ten;
    }

    String svg() {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                + " font-family=\"sans-serif\">", WIDTH, HEIGHT, WIDTH, HEIGHT);
        add("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
        text(LEFT, 28, "start", 17, "#222", title);
        text(LEFT, 48, "start", 12, "#666", summary);
        legend();
        grid();
        bars();
        events();
        return s.append("</svg>\n").toString();
    }

    private void grid() {
        for (int i = 0; i <= 4; i++) {
            double y = BOTTOM - (BOTTOM - TOP) * i / 4.0;
            line(LEFT, y, RIGHT, y, "#e4e4e4", "");
            text(LEFT - 8, y + 4, "end", 11, "#666", String.format(Locale.ROOT, "%,d", most * i / 4));
        }
        text(LEFT - 66, TOP - 12, "start", 11, "#666", "calls/s");
        for (double ms = 0.1; ms < 2000; ms *= 10) {
            line(LEFT, low(ms), RIGHT, low(ms), "#e4e4e4", "");
            text(LEFT - 8, low(ms) + 4, "end", 11, "#666", ms < 1 ? "0.1" : Long.toString(Math.round(ms)));
        }
        text(LEFT - 66, LOW_TOP - 12, "start", 11, "#666", "longest call, ms");
        int every = seconds > 40 ? 10 : seconds > 20 ? 5 : 1;
        for (int t = 0; t <= seconds; t += every) {
            double x = LEFT + (RIGHT - LEFT) * t / seconds;
            line(x, LOW_BOTTOM, x, LOW_BOTTOM + 4, "#999", "");
            text(x, LOW_BOTTOM + 18, "middle", 11, "#666", t + " s");
        }
    }

    /** Where so many milliseconds are, from 0.1 to 1000. */
    private static double low(double ms) {
        double part = Math.log10(Math.max(0.1, Math.min(1000, ms)) / 0.1) / 4;
        return LOW_BOTTOM - (LOW_BOTTOM - LOW_TOP) * part;
    }

    private void bars() {
        for (int i = 0; i < samples.size(); i++) {
            Sample x = samples.get(i);
            double left = LEFT + i * step;
            bar(left, BOTTOM - (double) (BOTTOM - TOP) * x.perSecond() / most, BOTTOM, x.backend());
            bar(left, low(x.longestMs()), LOW_BOTTOM, x.backend());
        }
    }

    private void bar(double left, double top, double bottom, String backend) {
        add("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\"/>", left, top, step * 0.86, bottom - top,
                colour(backend));
    }

    /** A band from the beginning to the end of each; labels take turns in height, so that they do not meet. */
    private void events() {
        List<Event> begun = events.stream().filter(e -> e.ms() < 0).toList();
        for (Event e : begun) {
            Event end = end(e);
            add("<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#000\" opacity=\"0.07\"/>", x(e), TOP - 6,
                    Math.max(2, (end.at() - e.at()) * step), LOW_BOTTOM - TOP + 6);
            line(x(e), y(begun.indexOf(e)) + 4, x(e), LOW_BOTTOM, "#444", " stroke-dasharray=\"3 3\"");
        }
        for (Event e : begun) {
            Event end = end(e);
            String label = e.name() + (end.ms() >= 0 ? ", " + end.ms() + " ms" : "");
            double y = y(begun.indexOf(e));
            double x = Math.min(x(e), WIDTH - 10 - 7.0 * label.length());
            add("<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"15\" fill=\"white\" opacity=\"0.85\"/>", x + 2, y - 11,
                    7 * label.length());
            text(x + 4, y, "start", 12, "#222", label);
        }
    }

    private Event end(Event begin) {
        int next = events.indexOf(begin) + 1;
        return next < events.size() ? events.get(next) : begin;
    }

    private double x(Event e) {
        return LEFT + e.at() * step;
    }

    private static double y(int turn) {
        return TOP - 34 + LABEL_STEP * (turn % 2);
    }

    private void legend() {
        int x = LEFT;
        for (String b : backends) {
            add("<rect x=\"%d\" y=\"60\" width=\"12\" height=\"12\" fill=\"%s\"/>", x, colour(b));
            text(x + 18, 70, "start", 12, "#222", b);
            x += 40 + 8 * b.length();
        }
    }

    private String colour(String backend) {
        return COLOURS[backends.indexOf(backend) % COLOURS.length];
    }

    private void line(double x1, double y1, double x2, double y2, String colour, String more) {
        add("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"%s/>", x1, y1, x2, y2, colour, more);
    }

    private void text(double x, double y, String anchor, int size, String colour, String text) {
        add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\">%s</text>", x, y, anchor, size, colour,
                text.replace("&", "&amp;").replace("<", "&lt;"));
    }

    private void add(String format, Object... values) {
        s.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
