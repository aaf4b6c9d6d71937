using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Primitives;

namespace Cenote.DependencyInjection;

/// <summary>
/// The budgets of the container, of the code and of the section <c>Cenote:Budgets</c>, whose changes they follow.
/// </summary>
internal sealed class BudgetFactory(IServiceProvider services, IEnumerable<BudgetRegistration> registrations) : IDisposable
{
    private const string Root = $"{ConfigurationKeys.Root}:{ConfigurationKeys.Budgets}";
    private const string MaxConnections = "MaxConnections";

    private readonly Dictionary<string, ConnectionBudget> _budgets = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _rejected = new(StringComparer.OrdinalIgnoreCase);
    private readonly BudgetRegistration[] _registrations = [.. registrations];
    private IDisposable? _subscription;

    private IConfiguration? Configuration => services.GetService<IConfiguration>();

    private ILogger Logger => (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Cenote.DependencyInjection");

    /// <summary>Gets the budget of a name, or creates it.</summary>
    /// <exception cref="FormatException">No budget has this name, or its section is invalid. The message is the
    /// complete problem.</exception>
    internal ConnectionBudget Get(string name)
    {
        lock (_budgets)
        {
            if (!_budgets.TryGetValue(name, out var budget))
            {
                budget = new ConnectionBudget(name, ReadSize(name));
                _budgets.Add(name, budget);
                _subscription ??= Configuration is { } configuration ? ChangeToken.OnChange(configuration.GetReloadToken, Reload) : null;
            }

            return budget;
        }
    }

    public void Dispose()
    {
        lock (_budgets)
        {
            _subscription?.Dispose();
        }
    }

    /// <summary>
    /// Applies the changed sizes. Does not throw, because the exception would reach the configuration's watcher.
    /// </summary>
    private void Reload()
    {
        lock (_budgets)
        {
            foreach (var (name, budget) in _budgets)
            {
                try
                {
                    var size = ReadSize(name);
                    if (size != budget.MaxConnections)
                    {
                        budget.Resize(size);
                    }

                    _rejected.Remove(name);
                }
#pragma warning disable CA1031 // A source of the configuration may throw anything. The budget keeps its size.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    // Logs equal problems once, because another part of the configuration may change every minute.
                    if (_rejected.GetValueOrDefault(name) != exception.Message)
                    {
                        _rejected[name] = exception.Message;
                        ConfigurationLog.BudgetReloadRefused(Logger, name, exception);
                    }
                }
            }
        }
    }

    private int ReadSize(string name)
    {
        var registered = _registrations.FirstOrDefault(registration => registration.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        var section = Configuration?.GetSection($"{Root}:{name}");
        if (section?.GetChildren().FirstOrDefault(static child => !child.Key.Equals(MaxConnections, StringComparison.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new FormatException($"{unknown.Path} is not a setting of a budget. The setting is {MaxConnections}.");
        }

        if (section?.GetSection(MaxConnections) is { Value: not null } size)
        {
            var problems = new OptionProblems();
            var number = new SettingText(size.Path, size.Value).Number();
            problems.FindNumber(size.Path, number, 1, 100_000);
            return problems.All.Count == 0 ? number : throw new FormatException(problems.All[0]);
        }

        return registered?.MaxConnections ?? throw new FormatException(
            $"No budget is named '{name}'.{ConfigurationKeys.Suggest(name, Names())} Set {Root}:{name}:{MaxConnections}, or call AddConnectionBudget.");
    }

    private IEnumerable<string> Names() =>
        _registrations.Select(static registration => registration.Name).Concat(Configuration?.GetSection(Root).GetChildren().Select(static child => child.Key) ?? []);
}
