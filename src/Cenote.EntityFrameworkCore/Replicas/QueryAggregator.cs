using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCore.Replicas;

/// <summary>
/// An aggregator that puts <see cref="UntrackedQueries"/> behind the user's interceptors of queries, which may change
/// the tracking: what they make of a query decides where it goes.
/// </summary>
internal sealed class QueryAggregator(IInterceptorAggregator aggregator) : IInterceptorAggregator
{
    public Type InterceptorType => aggregator.InterceptorType;

    /// <summary>Returns the aggregator itself for other kinds of interceptors.</summary>
    internal static IInterceptorAggregator Over(IInterceptorAggregator aggregator) =>
        aggregator.InterceptorType == typeof(IQueryExpressionInterceptor) ? new QueryAggregator(aggregator) : aggregator;

    public IInterceptor? AggregateInterceptors(IReadOnlyList<IInterceptor> interceptors) =>
        aggregator.AggregateInterceptors([.. interceptors.OrderBy(static interceptor => interceptor is UntrackedQueries)]);
}
