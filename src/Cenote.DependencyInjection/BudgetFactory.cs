using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.DependencyInjection;

/// <summary>
/// The budgets of the container, of the code and of the section <c>Cenote:Budgets</c>, whose changes they follow.
/// </summary>
internal sealed class BudgetFactory(IServiceProvider services, IEnumerable<BudgetRegistration> registrations, ConfigurationFollower follower)
{
    private const string Root = $"{ConfigurationKeys.Root}:{ConfigurationKeys.Budgets}";
    private const string MaxConnections = "MaxConnections";

    private readonly Dictionary<string, ConnectionBudget> _budgets = new(StringComparer.OrdinalIgnoreCase);
    private readonly BudgetRegistration[] _registrations = [.. registrations];

    private IConfiguration? Configuration => services.GetService<IConfiguration>();

    private ILogger Logger => (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Cenote.DependencyInjection");

    /// <summary>Gets the budget of a name, or creates it.</summary>
    /// <exception cref="FormatException">No budget has this name, or its section is invalid. The message is the
    /// complete problem.</exception>
    internal ConnectionBudget Get(string name)
    {
        if (Find(name)?.Budget is { } own)
        {
            return own;
        }

        ConnectionBudget? budget;
        lock (_budgets)
        {
            if (_budgets.TryGetValue(name, out budget))
            {
                return budget;
            }

            budget = new ConnectionBudget(name, ReadSize(name));
            _budgets.Add(name, budget);
        }

        if (Configuration is { } configuration)
        {
            follower.Follow(new FollowedBudget(budget, ReadSize, Logger), configuration);
        }

        return budget;
    }

    private int ReadSize(string name)
    {
        var registered = Find(name);
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

    private BudgetRegistration? Find(string name) =>
        _registrations.FirstOrDefault(registration => registration.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private IEnumerable<string> Names() =>
        _registrations.Select(static registration => registration.Name).Concat(Configuration?.GetSection(Root).GetChildren().Select(static child => child.Key) ?? []);
}
