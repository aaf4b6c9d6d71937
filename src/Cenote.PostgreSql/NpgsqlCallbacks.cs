using System.Net.Security;

namespace Cenote.PostgreSql;

#pragma warning disable CS0618 // Obsolete callbacks are in use all the same.

/// <summary>
/// The callbacks of Npgsql's connection, for a session that the connection object may open later. Some are obsolete,
/// but still work.
/// </summary>
/// <param name="Tls">Sets the TLS options.</param>
/// <param name="Server">Validates the server's certificate.</param>
/// <param name="Client">Provides the client's certificates.</param>
/// <param name="Password">Provides the password.</param>
internal readonly record struct NpgsqlCallbacks(
    Action<SslClientAuthenticationOptions>? Tls,
    RemoteCertificateValidationCallback? Server,
    ProvideClientCertificatesCallback? Client,
    ProvidePasswordCallback? Password)
{
    internal static NpgsqlCallbacks Of(NpgsqlConnection connection) => new(
        connection.SslClientAuthenticationOptionsCallback,
        connection.UserCertificateValidationCallback,
        connection.ProvideClientCertificatesCallback,
        connection.ProvidePasswordCallback);

    /// <summary>Restores the callbacks that were changed since.</summary>
    internal void Restore(NpgsqlConnection connection)
    {
        if (Of(connection) == this)
        {
            return;
        }

        connection.SslClientAuthenticationOptionsCallback = Tls;
        connection.UserCertificateValidationCallback = Server;
        connection.ProvideClientCertificatesCallback = Client;
        connection.ProvidePasswordCallback = Password;
    }
}
