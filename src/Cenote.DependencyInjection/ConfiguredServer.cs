namespace Cenote.DependencyInjection;

/// <summary>A server in the configuration.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Role">Its declared role; <see langword="null"/> for that of the code, or a replica.</param>
/// <param name="Weight">Its weight; <see langword="null"/> for that of the code, or 1.</param>
internal sealed record ConfiguredServer(string Name, ServerRole? Role, int? Weight);
