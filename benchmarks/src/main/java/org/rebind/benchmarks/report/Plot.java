package org.rebind.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** SVG plots with logarithmic axes. */
final class Plot {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 190;
    private static final int TOP = 24;
    private static final int BOTTOM = 50;
    private static final int LINE = 22;
    private static final int NAMES = 190;
    private static final int FIGURES = 165;

    /** A line through points, x ascending. */
    record Series(String name, String colour, boolean strong, List<double[]> points) {
    }

    /** One line of a dot plot: values by contender, and two figures to print at its end. */
    record Dots(String name, Map<String, Double> values, String figure, String ratio) {
    }

    /** A logarithmic axis. */
    private record Axis(double least, double most, double from, double to) {
        double at(double v) {
            return from + (to - from) * (Math.log(v) - Math.log(least)) / (Math.log(most) - Math.log(least));
        }

        /** Powers of ten and, on short axes, 2 and 5 times them. */
        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            boolean fine = most / least < 300;
            for (double p = Math.pow(10, Math.floor(Math.log10(least))); p <= most * 1.0001; p *= 10) {
                for (double t : fine ? new double[] {p, 2 * p, 5 * p} : new double[] {p}) {
                    if (t >= least * 0.9999 && t <= most * 1.0001) {
                        ticks.add(t);
                    }
                }
            }
            return ticks;
        }
    }

    private final StringBuilder out = new StringBuilder();

    private Plot() {
    }

    static String lines(String xTitle, String yTitle, List<Series> series, Map<Double, String> xTicks) {
        Plot plot = new Plot();
        double[] x = range(series, 0);
        double[] y = range(series, 1);
        Axis horizontal = new Axis(x[0], x[1] > x[0] ? x[1] : x[0] * 10, LEFT, WIDTH - RIGHT);
        Axis vertical = new Axis(y[0] / 1.2, y[1] * 1.2, HEIGHT - BOTTOM, TOP);
        for (double t : vertical.ticks()) {
            plot.line(LEFT, vertical.at(t), WIDTH - RIGHT, vertical.at(t), "#e4e4e4", 1);
            plot.text(LEFT - 6, vertical.at(t) + 4, "end", "#444", false, label(t));
        }
        xTicks.forEach((t, name) -> {
            if (t >= horizontal.least * 0.999 && t <= horizontal.most * 1.001) {
                plot.line(horizontal.at(t), TOP, horizontal.at(t), HEIGHT - BOTTOM, "#e4e4e4", 1);
                plot.text(horizontal.at(t), HEIGHT - BOTTOM + 18, "middle", "#444", false, name);
            }
        });
        plot.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "#222", false, xTitle);
        plot.text(10, 14, "start", "#222", false, yTitle);
        series.forEach(s -> plot.series(s, horizontal, vertical));
        plot.names(series, vertical);
        return plot.svg(HEIGHT);
    }

    private static double[] range(List<Series> series, int coordinate) {
        double[] values = series.stream().flatMap(s -> s.points.stream()).mapToDouble(p -> p[coordinate]).sorted().toArray();
        return new double[] {values[0], values[values.length - 1]};
    }

    private void series(Series s, Axis x, Axis y) {
        StringBuilder path = new StringBuilder();
        for (double[] p : s.points) {
            path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x.at(p[0]), y.at(p[1])));
        }
        out.append(String.format("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"/>%n", path.toString().strip(),
                s.colour, s.strong ? "3" : "1.6"));
        if (s.points.size() < 20) {
            s.points.forEach(p -> circle(x.at(p[0]), y.at(p[1]), s.strong ? 4.5 : 3.2, s.colour));
        }
    }

    /** Names at the lines' ends, moved apart where they would overlap. */
    private void names(List<Series> series, Axis y) {
        List<Series> sorted = new ArrayList<>(series);
        sorted.sort(java.util.Comparator.comparingDouble(s -> y.at(s.points.get(s.points.size() - 1)[1])));
        double[] at = new double[sorted.size()];
        for (int i = 0; i < at.length; i++) {
            List<double[]> points = sorted.get(i).points;
            at[i] = Math.max(y.at(points.get(points.size() - 1)[1]), i == 0 ? TOP : at[i - 1] + 15);
        }
        double over = at[at.length - 1] - (HEIGHT - BOTTOM);
        for (int i = at.length - 1; over > 0 && i >= 0; i--) {
            double limit = i == at.length - 1 ? HEIGHT - BOTTOM : at[i + 1] - 15;
            at[i] = Math.min(at[i], limit);
        }
        for (int i = 0; i < at.length; i++) {
            text(WIDTH - RIGHT + 12, at[i] + 4, "start", sorted.get(i).colour, sorted.get(i).strong, sorted.get(i).name);
        }
    }

    /** @param legend contender to its name and colour */
    static String dots(String title, List<Dots> rows, Map<String, String[]> legend) {
        Plot plot = new Plot();
        double least = 0.5;
        double most = 10;
        for (Dots row : rows) {
            for (double v : row.values.values()) {
                least = Math.min(least, v / 1.2);
                most = Math.max(most, v * 1.2);
            }
        }
        Axis x = new Axis(least, Math.min(most, 2000), NAMES, WIDTH - FIGURES);
        int legendLines = (legend.size() + 4) / 5;
        int top = 30 + legendLines * 20 + 34;
        int bottom = top + rows.size() * LINE;
        plot.text(10, 18, "start", "#222", true, title);
        plot.legend(legend);
        for (double t : x.ticks()) {
            plot.line(x.at(t), top - 8, x.at(t), bottom, t == 1 ? COLOUR_ONE : "#e4e4e4", t == 1 ? 2.5 : 1);
            plot.text(x.at(t), top - 14, "middle", "#444", t == 1, label(t) + "x");
        }
        plot.text(WIDTH - FIGURES + 66, top - 14, "end", "#222", true, "Rebind");
        plot.text(WIDTH - 8, top - 14, "end", "#222", true, "best peer");
        for (int i = 0; i < rows.size(); i++) {
            plot.row(rows.get(i), top + i * LINE + LINE / 2.0, x, legend);
        }
        return plot.svg(bottom + 10);
    }

    private static final String COLOUR_ONE = "#1257a8";

    private void legend(Map<String, String[]> legend) {
        int i = 0;
        for (String[] entry : legend.values()) {
            double left = 14 + i % 5 * 165;
            double y = 40 + i / 5 * 20;
            circle(left, y, 5, entry[1]);
            text(left + 11, y + 4, "start", "#222", false, entry[0]);
            i++;
        }
    }

    private void row(Dots row, double y, Axis x, Map<String, String[]> legend) {
        line(NAMES, y, WIDTH - FIGURES, y, "#f0f0f0", 1);
        text(NAMES - 10, y + 4, "end", "#222", false, row.name);
        row.values.forEach((contender, v) -> {
            boolean beyond = v > x.most;
            double at = x.at(Math.min(v, x.most));
            if (contender.equals("rebind")) {
                return;
            }
            circle(at, y, 5, legend.get(contender)[1]);
            if (beyond) {
                text(at + 8, y + 4, "start", "#444", false, ">");
            }
        });
        circle(x.at(1), y, 5.5, COLOUR_ONE);
        text(WIDTH - FIGURES + 66, y + 4, "end", "#222", false, row.figure);
        text(WIDTH - 8, y + 4, "end", "#222", true, row.ratio);
    }

    private static String label(double t) {
        return t >= 1 ? String.format(Locale.ROOT, "%,.0f", t) : String.format(Locale.ROOT, "%s", (float) t);
    }

    private void line(double x1, double y1, double x2, double y2, String colour, double width) {
        out.append(String.format(Locale.ROOT, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%.1f\"/>%n",
                x1, y1, x2, y2, colour, width));
    }

    private void circle(double x, double y, double radius, String colour) {
        out.append(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" fill-opacity=\"0.9\"/>%n", x, y,
                radius, colour));
    }

    private void text(double x, double y, String anchor, String colour, boolean bold, String text) {
        out.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\"%s>%s</text>%n", x, y, anchor,
                colour, bold ? " font-weight=\"bold\"" : "", text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private String svg(int height) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + height + "\" width=\"" + WIDTH
                + "\" height=\"" + height + "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
                + out + "</svg>\n";
    }
}
