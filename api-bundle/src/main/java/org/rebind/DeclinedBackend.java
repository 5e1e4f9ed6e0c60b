package org.rebind;

/**
 * A backend that is installed and cannot be used here.
 *
 * @param name as {@code Backend.name()} would be, for instance {@code cuda}
 * @param reason one sentence for people, for instance {@code "no NVIDIA driver: libcuda.so.1 is not on this machine"}
 */
public record DeclinedBackend(String name, String reason) {
    @Override
    public String toString() {
        return name + ": declined, " + reason;
    }
}
