/** Measurements that JMH cannot make: whole JVMs, first calls, objects. Each runs in a JVM of its own and prints numbers. */
package org.rebind.benchmarks.program;
