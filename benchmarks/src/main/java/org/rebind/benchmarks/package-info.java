/** JMH benchmarks against peers in the same run. */
package org.rebind.benchmarks;
