using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Data;

public sealed class DataSetsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private DataFolders Folders => new(folder.Entry("given"), folder.Entry("environment"), folder.Entry("cache"));

    /// <summary>A folder with the four files; the height tells one copy from another.</summary>
    private string PutSet(string name, int height = 2, string suffix = "", bool dotted = false, bool gzip = false)
    {
        Put(name, "train-images-idx3-ubyte", IdxBytes.Images(4, height, 2), suffix, dotted, gzip);
        Put(name, "train-labels-idx1-ubyte", IdxBytes.Labels(0, 1, 2, 9), suffix, dotted, gzip);
        Put(name, "t10k-images-idx3-ubyte", IdxBytes.Images(2, height, 2, salt: 5), suffix, dotted, gzip);
        Put(name, "t10k-labels-idx1-ubyte", IdxBytes.Labels(3, 4), suffix, dotted, gzip);
        return folder.Entry(name);
    }

    private string Put(string name, string file, byte[] content, string suffix = "", bool dotted = false, bool gzip = false)
    {
        string path = Path.Combine(folder.Entry(name), (dotted ? file.Replace("-idx", ".idx") : file) + suffix);
        Directory.CreateDirectory(folder.Entry(name));
        File.WriteAllBytes(path, gzip ? IdxBytes.Gzip(content) : content);
        return path;
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData(".gz", false, true)]
    [InlineData("", true, false)]
    [InlineData(".gz", true, true)]
    [InlineData("", false, true)]
    public void Well_known_sets_are_read_under_every_name_of_their_files(string suffix, bool dotted, bool gzip)
    {
        string given = PutSet("given", suffix: suffix, dotted: dotted, gzip: gzip);
        foreach (string name in (string[])["mnist", "fashion-mnist", "MNIST"])
        {
            (ImageDataSet train, ImageDataSet test) = DataSets.Load(name, Folders);
            Assert.Equal((4, 2, 10, given), (train.Count, test.Count, train.ClassNames.Count, train.Source));
            Assert.Equal([0, 1, 2, 9], train.Labels.ToArray());
            Assert.Equal([3, 4], test.Labels.ToArray());
            Assert.Equal(IdxBytes.Images(2, 2, 2, salt: 5)[16..], test.Pixels.ToArray());
            Assert.Equal((name.ToLowerInvariant(), "test: the test files"), (test.Name, test.SplitNote));
        }

        Assert.Equal("Sneaker", DataSets.Load("fashion-mnist", Folders).Train.ClassNames[7]);
    }

    [Fact]
    public void The_best_place_wins_and_a_subfolder_of_the_name_wins_over_its_folder()
    {
        string[] places = ["cache/mnist", "environment", "environment/mnist", "given", "given/mnist"];
        Directory.CreateDirectory(folder.Entry("given"));
        for (int i = 0; i < places.Length; i++)
        {
            PutSet(places[i], height: i + 1);
            Assert.Equal(i + 1, DataSets.Load("mnist", Folders).Train.Height);
        }
    }

    [Fact]
    public void A_set_that_is_nowhere_names_the_places_looked_at()
    {
        Directory.CreateDirectory(folder.Entry("given"));
        string message = Assert.Throws<DirectoryNotFoundException>(() => DataSets.Load("mnist", Folders)).Message;
        foreach (string place in (string[])["given/mnist", "given", "environment/mnist", "environment", "cache/mnist"])
            Assert.Contains(folder.Entry(place), message);
        Assert.Contains("--data-dir", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_mistyped_data_dir_is_not_passed_over()
    {
        PutSet("environment");
        Assert.Contains("--data-dir: there is no folder", Assert.Throws<DirectoryNotFoundException>(() => DataSets.Load("mnist", Folders)).Message);
        Assert.Equal(4, DataSets.Load("mnist", Folders with { Given = null }).Train.Count);
    }

    [Theory]
    [InlineData("train-labels-idx1-ubyte")]
    [InlineData("t10k-images-idx3-ubyte")]
    [InlineData("t10k-labels-idx1-ubyte")]
    public void A_missing_file_of_the_four_is_named(string file)
    {
        File.Delete(Path.Combine(PutSet("given"), file));
        string message = Assert.Throws<FileNotFoundException>(() => DataSets.Load("mnist", Folders)).Message;
        Assert.StartsWith(folder.Entry("given"), message);
        Assert.Contains($"'{file}' is missing", message);
    }

    [Fact]
    public void A_missing_test_pair_of_a_well_known_set_is_not_made_up()
    {
        string given = PutSet("given");
        File.Delete(Path.Combine(given, "t10k-images-idx3-ubyte"));
        File.Delete(Path.Combine(given, "t10k-labels-idx1-ubyte"));
        Assert.Contains("'t10k-images-idx3-ubyte' is missing", Assert.Throws<FileNotFoundException>(() => DataSets.Load("mnist", Folders)).Message);
    }

    [Fact]
    public void Files_that_do_not_go_together_are_refused()
    {
        PutSet("given");
        string labels = Put("given", "train-labels-idx1-ubyte", IdxBytes.Labels(0, 1, 2));
        string message = Assert.Throws<InvalidDataException>(() => DataSets.Load("mnist", Folders)).Message;
        Assert.Contains($"{labels}: count is 3, expected 4 as in {folder.Entry("given")}", message);
        Assert.Contains("images and labels do not match in number", message);

        Put("given", "train-labels-idx1-ubyte", IdxBytes.Labels(0, 1, 10, 2));
        Assert.Contains($"{labels}: label of image 2 is 10, expected 0 to 9", Assert.Throws<InvalidDataException>(() => DataSets.Load("mnist", Folders)).Message);

        PutSet("given");
        string images = Put("given", "t10k-images-idx3-ubyte", IdxBytes.Images(2, 3, 2));
        Assert.Contains($"{images}: images are 3x2, expected 2x2", Assert.Throws<InvalidDataException>(() => DataSets.Load("mnist", Folders)).Message);
    }

    [Fact]
    public void A_folder_of_idx_files_is_a_data_set_with_the_classes_it_has()
    {
        string path = PutSet("own") + Path.DirectorySeparatorChar;
        (ImageDataSet train, ImageDataSet test) = DataSets.Load(path, Folders);
        Assert.Equal((4, 2, "own"), (train.Count, test.Count, train.Name));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => i.ToString()), train.ClassNames);
    }

    [Fact]
    public void A_folder_of_one_pair_is_split()
    {
        Put("own", "images-idx3-ubyte", IdxBytes.Images(20, 2, 2));
        Put("own", "labels-idx1-ubyte", IdxBytes.Labels([.. Enumerable.Range(0, 20).Select(i => (byte)(i % 2))]));
        (ImageDataSet train, ImageDataSet test) = DataSets.Load(folder.Entry("own"), Folders);
        Assert.Equal((16, 4, 2), (train.Count, test.Count, test.ClassNames.Count));
        Assert.Equal("test: 20 % of each class, seed 0", test.SplitNote);
    }

    [Fact]
    public void The_test_files_labels_count_as_classes_of_a_folder()
    {
        Put("own", "train-images-idx3-ubyte", IdxBytes.Images(1, 2, 2));
        Put("own", "train-labels-idx1-ubyte", IdxBytes.Labels(0));
        Put("own", "t10k-images-idx3-ubyte", IdxBytes.Images(1, 2, 2));
        Put("own", "t10k-labels-idx1-ubyte", IdxBytes.Labels(4));
        Assert.Equal(5, DataSets.Load(folder.Entry("own"), Folders).Train.ClassNames.Count);
    }

    [Fact]
    public void An_unknown_name_lists_the_known_ones_and_an_empty_folder_what_it_lacks()
    {
        string message = Assert.Throws<DirectoryNotFoundException>(() => DataSets.Load("mnits", Folders)).Message;
        Assert.Contains("data set 'mnits' is unknown", message);
        Assert.Contains("digits, mnist, fashion-mnist", message);
        Directory.CreateDirectory(folder.Entry("own"));
        Assert.Contains("the folder has no IDX images", Assert.Throws<FileNotFoundException>(() => DataSets.Load(folder.Entry("own"), Folders)).Message);
    }

    [Fact]
    public void Digits_need_no_folder()
    {
        Assert.Equal(1797, DataSets.Known.Single(known => known.Name == "digits").Load(Folders) is var (train, test) ? train.Count + test.Count : 0);
        Assert.Equal("digits", DataSets.Default);
    }
}
