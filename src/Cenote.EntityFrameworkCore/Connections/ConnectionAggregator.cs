using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCore.Connections;

/// <summary>
/// Puts <see cref="ConnectionSupplier"/> around the user's interceptors of connections instead of among them: where
/// there are several, EF Core 10 tells none of them that opening was cancelled.
/// </summary>
internal sealed class ConnectionAggregator(IInterceptorAggregator aggregator) : IInterceptorAggregator
{
    private ConnectionSupplier? _supplier;

    public Type InterceptorType => aggregator.InterceptorType;

    /// <summary>The aggregator itself when it gathers interceptors of anything else.</summary>
    internal static IInterceptorAggregator Over(IInterceptorAggregator aggregator) =>
        aggregator.InterceptorType == typeof(IDbConnectionInterceptor) ? new ConnectionAggregator(aggregator) : aggregator;

    public IInterceptor AggregateInterceptors(IReadOnlyList<IInterceptor> interceptors) =>
        _supplier ??= new ConnectionSupplier((IDbConnectionInterceptor?)aggregator.AggregateInterceptors(interceptors));
}
