using System.Globalization;
using Cenote.Providers;

namespace Cenote.Oracle;

/// <summary>
/// The meaning of the driver's exceptions, by ORA number ("Database Error Messages" of Oracle). The number is read from
/// the message, each line of which begins with one: the driver's <c>Number</c> belongs to a type that is not referenced
/// here, and finding it by reflection would not survive trimming.
/// </summary>
internal static class OracleFailures
{
    private const int Cancelled = 1013;
    private const string Prefix = "\nORA-";
    private const int MaxDigits = 6;

    internal static FailureKind Classify(Exception exception)
    {
        // A caller's cancellation is not a failure.
        if (exception is OperationCanceledException)
        {
            return FailureKind.Other;
        }

        for (var current = exception; current is not null; current = current.InnerException)
        {
            foreach (var number in NumbersOf(current))
            {
                var kind = FromNumber(number);
                if (kind != FailureKind.Other)
                {
                    return kind;
                }
            }
        }

        return FailureClassification.Classify(exception);
    }

    /// <summary>
    /// Determines whether the server reports that it ended the statement on request: "user requested cancel of current
    /// operation". The number does not distinguish <c>Cancel</c> from the command's timeout.
    /// </summary>
    internal static bool IsCancellation(Exception exception) => Has(exception, Cancelled) || Classify(exception) == FailureKind.QueryTimeout;

    /// <summary>Determines whether an exception reports an error of this number.</summary>
    internal static bool Has(Exception exception, int number)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (NumbersOf(current).Contains(number))
            {
                return true;
            }
        }

        return false;
    }

    // A message may hold a stack of errors, of which the first is often only "error at recursive SQL level". What an
    // application raises itself (20000 to 20999) has a text of its own, which may quote other numbers; within a line,
    // numbers are names and values of the application's, which servers quote from 23ai on (ORA-03301).
    private static IEnumerable<int> NumbersOf(Exception exception)
    {
        if (exception is not DbException && exception.GetType().Namespace?.StartsWith("Oracle", StringComparison.Ordinal) != true)
        {
            yield break;
        }

        var message = "\n" + exception.Message;
        for (var at = message.IndexOf(Prefix, StringComparison.Ordinal); at >= 0; at = message.IndexOf(Prefix, at, StringComparison.Ordinal))
        {
            at += Prefix.Length;
            var digits = message.AsSpan(at, Math.Min(MaxDigits, message.Length - at));
            var end = digits.IndexOfAnyExceptInRange('0', '9');
            if (!int.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                continue;
            }

            if (number is >= 20000 and <= 20999)
            {
                yield break;
            }

            yield return number;
        }
    }

    private static FailureKind FromNumber(int number) => number switch
    {
        // sessions, processes; sessions of the user, of the resource plan; the listener found no handler (four)
        18 or 20 or 2391 or 12516 or 12518 or 12519 or 12520 => FailureKind.TooManyConnections,

        // no password, user or password, no right to connect, locked, expired
        1005 or 1017 or 1045 or 28000 or 28001 => FailureKind.InvalidCredentials,

        // open for read-only access, standby restricted to read-only access
        16000 or 16003 => FailureKind.ReadOnlyServer,

        // limits of a resource plan: active time, elapsed time
        40 or 56735 => FailureKind.QueryTimeout,

        // busy (two), deadlock (two), cannot serialize, state of packages discarded
        54 or 30006 or 60 or 4020 or 8177 or 4068 => FailureKind.Transient,

        // session: no such, ended by a fatal error (two), not attached, lost to the client library (two), of a closing
        // window, no semaphores, of a remote agent
        22 or 602 or 603 or 609 or 1041 or 1043 or 3122 or 27146 or 28511 => FailureKind.ConnectionLost,

        // session killed, not logged on; starting or stopping, not available, shutting down (two), terminated; idle or
        // connected for too long; end of file, not connected, lost contact; marked for kill; failover (three)
        28 or 1012 or 1033 or 1034 or 1089 or 1090 or 1092 or 2396 or 2399 or 3113 or 3114 or 3135 or 31 or 25402 or 25405 or 25408 => FailureKind.ConnectionLost,

        // the driver's own: connecting took too long
        50000 => FailureKind.ConnectionLost,

        // the network layer: not connected, timeouts, no listener, unknown service or instance, blocked, closed,
        // unreachable, bad packets
        12150 or 12153 or 12170 or 12203 or 12224 or 12505 or 12514 or 12521 or 12528 or 12535 or 12537 or 12541 or 12543 or 12545
            or 12547 or 12560 or 12570 or 12571 or 12583 or 12592 or 12608 or 12609 => FailureKind.ConnectionLost,
        _ => FailureKind.Other,
    };
}
