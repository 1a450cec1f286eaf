using System.Text;

namespace Yadokari.Rpc.State.Coding;

/// <summary>
/// An image of an object graph, checked for its form from first to last byte before any object is made: names, where the
/// root is and where each object is.
/// </summary>
internal sealed class StateImage
{
    private StateImage(string state, ReadOnlyMemory<byte> bytes, string[] names, int root, int[] objects)
    {
        State = state;
        Bytes = bytes;
        Names = names;
        Root = root;
        Objects = objects;
    }

    public string State { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public string[] Names { get; }

    /// <summary>Position of the root value.</summary>
    public int Root { get; }

    /// <summary>Position of object n at index n - 1.</summary>
    public int[] Objects { get; }

    /// <exception cref="InvalidDataException">The bytes are no image.</exception>
    public static StateImage Parse(string state, ReadOnlyMemory<byte> bytes)
    {
        var cursor = new ByteCursor(bytes, state);
        string[] names = new string[cursor.TakeCount(1)];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Encoding.UTF8.GetString(cursor.Take(cursor.TakeCount(1)));
        }

        int root = cursor.Position;
        cursor.SkipValue();
        // An object has at least the index of its description and a tag.
        int[] objects = new int[cursor.TakeCount(2)];
        for (int i = 0; i < objects.Length; i++)
        {
            objects[i] = cursor.Position;
            cursor.TakeVarint();
            cursor.SkipValue();
        }

        return cursor.Left == 0
            ? new StateImage(state, bytes, names, root, objects)
            : throw cursor.Damaged($"{cursor.Left} bytes too many");
    }
}
