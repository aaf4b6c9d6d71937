using Cenote.Leasing;

namespace Cenote;

/// <summary>
/// A lane that a caller chooses, by its name. Pass it to a rent, or make it the lane of a flow with
/// <see cref="BeginScope"/>, which also reaches libraries such as EF Core and Dapper. See
/// <see cref="ConnectionPoolOptions.Lanes"/>.
/// </summary>
/// <remarks>Immutable and thread-safe. Keep one for each name in a static field.</remarks>
public sealed class Lane
{
    private static readonly AsyncLocal<FlowScope<Lane>?> Flow = new();

    /// <summary>Creates the choice of a lane.</summary>
    /// <param name="name">The name of the lane. Case does not matter.</param>
    public Lane(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>
    /// Gets the lane of the innermost scope of the current flow; <see langword="null"/> outside of scopes.
    /// </summary>
    public static Lane? Current => Flow.Value?.Value;

    /// <summary>Gets the name of the lane.</summary>
    public string Name { get; }

    /// <summary>
    /// Gets whether a pool that does not have this lane uses its default lane. Otherwise such a pool refuses the
    /// caller.
    /// </summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool IsOptional { get; init; }

    /// <summary>
    /// Makes this the lane of the current flow: of every connection that it rents, in every pool that has lanes. A pool
    /// with lanes that does not have this one throws <see cref="InvalidOperationException"/>, unless the lane
    /// <see cref="IsOptional"/>.
    /// </summary>
    /// <returns>The scope. Dispose of it in the method that began it.</returns>
    /// <remarks>Flows with <see langword="await"/> and into tasks that are started within it, as an
    /// <see cref="AsyncLocal{T}"/> does. It replaces the lane of an outer scope.</remarks>
    public IDisposable BeginScope() => new FlowScope<Lane>(Flow, this);

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;
}
