package org.rebind.benchmarks.report;

/**
 * One contender at one size: the median, least and most of its samples in {@code unit}. Results of one {@code run} were measured
 * one after the other on one machine.
 *
 * @param title the contender for people, with its version
 * @param bytes Java bytes allocated a call, NaN where not measured
 * @param note what else was seen, or why there is no figure (the median is NaN then); may be empty
 * @param stolen the part of the processors, 0 to 1, that a virtual machine's host took meanwhile, in the worst round
 */
public record Result(String suite, String size, String contender, String title, String unit, double median, double least,
        double most, int samples, double bytes, String note, String run, double stolen) {
    /** More is said beside a figure, and has it measured again. */
    public static final double DISTURBED = 0.05;

    /** What a later measurement of the same thing replaces. */
    String key() {
        return suite + "/" + size + "/" + contender;
    }

    boolean measured() {
        return !Double.isNaN(median);
    }

    public static Result of(String suite, String size, String contender, String title, String unit, double[] samples,
            double bytes, String note, String run) {
        double[] s = samples.clone();
        java.util.Arrays.sort(s);
        double median = s.length == 0 ? Double.NaN
                : s.length % 2 == 1 ? s[s.length / 2] : (s[s.length / 2 - 1] + s[s.length / 2]) / 2;
        return new Result(suite, size, contender, title, unit, median, s.length == 0 ? Double.NaN : s[0],
                s.length == 0 ? Double.NaN : s[s.length - 1], s.length, bytes, note, run, 0);
    }

    public Result withStolen(double part) {
        return new Result(suite, size, contender, title, unit, median, least, most, samples, bytes, note, run, part);
    }

    /** A contender that gave no figure. */
    public static Result failed(String suite, String size, String contender, String title, String why, String run) {
        return of(suite, size, contender, title, "", new double[0], Double.NaN, why, run);
    }
}
