namespace GpuCgan.Host.Data;

/// <summary>Where the files of a data set are looked for: the folder given on the command line, the environment's, the user's cache; in this order.</summary>
/// <param name="Given">The value of <c>--data-dir</c>, or null.</param>
/// <param name="Environment">The value of <c>$GPUCGAN_DATA</c>, or null.</param>
/// <param name="Cache">The program's folder in the user's cache.</param>
public sealed record DataFolders(string? Given, string? Environment, string Cache)
{
    public const string Variable = "GPUCGAN_DATA";

    /// <summary>Where classifiers are kept that data sets are judged with.</summary>
    public static string ClassifierCache => Path.Combine(UserCache(), "gpucgan", "classifiers");

    public static DataFolders FromEnvironment(string? given)
    {
        string? environment = System.Environment.GetEnvironmentVariable(Variable);
        return new DataFolders(
            string.IsNullOrEmpty(given) ? null : given,
            string.IsNullOrEmpty(environment) ? null : environment,
            Path.Combine(UserCache(), "gpucgan"));
    }

    /// <summary>
    /// The folders that may hold the data set, best first. A subfolder of the data set's name comes before the folder itself, so that
    /// one folder can hold several data sets; in the cache, which is ours, there is always a subfolder.
    /// </summary>
    public IReadOnlyList<string> PlacesFor(string dataSet)
    {
        List<string> places = [];
        foreach (string? folder in (string?[])[Given, Environment])
        {
            if (folder is not null)
                places.AddRange([Path.Combine(folder, dataSet), folder]);
        }

        places.Add(Path.Combine(Cache, dataSet));
        return places;
    }

    /// <summary>The folder that a download of the data set goes to: the first of <see cref="PlacesFor"/>.</summary>
    public string DownloadFolderFor(string dataSet) => PlacesFor(dataSet)[0];

    /// <summary>A mistyped <c>--data-dir</c> must not fall through to another copy of the data in silence.</summary>
    /// <exception cref="DirectoryNotFoundException">A folder was given, and there is none.</exception>
    public void CheckGiven()
    {
        if (Given is not null && !Directory.Exists(Given))
            throw new DirectoryNotFoundException($"--data-dir: there is no folder '{Given}', expected one with data sets' files; check the path");
    }

    private static string UserCache()
    {
        if (OperatingSystem.IsWindows())
            return System.Environment.GetFolderPath(System.Environment.SpecialFolder.LocalApplicationData);
        string home = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
            return Path.Combine(home, "Library", "Caches");
        string? cache = System.Environment.GetEnvironmentVariable("XDG_CACHE_HOME");

        // The XDG base directory specification: a relative path there is to be ignored.
        return Path.IsPathRooted(cache) ? cache : Path.Combine(home, ".cache");
    }
}
