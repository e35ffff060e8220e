def test_every_two_layers_have_a_panel_in_a_triangle(results, draw):
    figure, table = draw("similarity_of_all_layers", results("cka", seeds=[0]))
    assert len(figure.axes) == 10
    assert table["pair"].unique().tolist()[:2] == ["module 4 – module 5", "module 4 – module 6"]
    rows = [round(ax.get_position().y0, 2) for ax in figure.axes]
    assert [rows.count(row) for row in sorted(set(rows), reverse=True)] == [1, 2, 3, 4]


def test_panels_are_narrower_where_they_would_exceed_a_page(results, draw):
    assert draw("similarity_of_all_layers", results("cka", seeds=[0]), panel=[2.5, 1.4])[0].get_figwidth() <= 6.8


def test_any_modules_can_be_compared(results, draw):
    run = results("cka", seeds=[0])[0].assign_coords(layer=["1", "2", "3", "6", "fc"])
    run = run.assign_coords(layer_other=run["layer"].values)
    assert "module 1 – module 6" in draw("similarity_of_all_layers", [run])[1]["pair"].tolist()
