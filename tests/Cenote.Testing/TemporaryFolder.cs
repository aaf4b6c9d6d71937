namespace Cenote.Testing;

/// <summary>A folder that is deleted with everything in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private const int MostAttempts = 1000;

    private readonly string _path = Directory.CreateTempSubdirectory("cenote-tests-").FullName;

    public string File(string name) => Path.Combine(_path, name);

    public void Dispose() => Delete(_path);

    /// <summary>
    /// Deletes a folder in which a database may still be closing: its last connection writes and removes files of its
    /// own meanwhile.
    /// </summary>
    public static void Delete(string path)
    {
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
                return;
            }
            catch (IOException) when (attempts < MostAttempts && Directory.Exists(path))
            {
                Thread.Yield();
            }
        }
    }
}
