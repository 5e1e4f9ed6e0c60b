package org.rebind.backend;

/**
 * A backend's answer to whether it can run a graph.
 *
 * @param reason why not, as a sentence for people, for instance {@code "float64 is not supported by this device"};
 *     empty when supported
 */
public record Support(boolean supported, String reason) {
    public static final Support YES = new Support(true, "");

    public static Support no(String reason) {
        return new Support(false, reason);
    }
}
