// Seven digits of a postcode bring choices for city and town. An input that holds anything is never written to.
const digits = (text) => text.normalize("NFKC").replace(/[^0-9]/g, "");

export function offerTowns() {
  for (const question of document.querySelectorAll('[data-kind="address"]')) {
    const input = (part) => question.querySelector(`[data-part="${part}"] input`);
    const postcode = input("postcode"), city = input("city"), town = input("town");
    if (!postcode || !city || !town) continue;
    const list = document.createElement("datalist");
    list.id = `${town.id}-choices`;
    question.append(list);
    town.setAttribute("list", list.id);
    let last = "";
    const look = async () => {
      const code = digits(postcode.value);
      if (code.length !== 7 || code === last) return;
      last = code;
      const places = await fetchPlaces(code);
      list.replaceChildren(...places.map((place) => Object.assign(document.createElement("option"), { value: place.town })));
      if (places.length === 0) return;
      if (!city.value) city.value = places[0].city;
      if (!town.value && places.length === 1) town.value = places[0].town;
    };
    postcode.addEventListener("input", look);
    postcode.addEventListener("change", look);
  }
}

async function fetchPlaces(code) {
  try {
    const answer = await fetch(`/apply/postcode/${code}`, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).places : [];
  } catch {
    return [];
  }
}
