// The switch between light and dark. The choice is a cookie, so that the server draws the next page right at once.

const button = document.querySelector("[data-theme-toggle]");
const word = document.querySelector("[data-theme-word]");
const system = window.matchMedia("(prefers-color-scheme: dark)");

const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : system.matches;
};

const label = () => {
  word.textContent = isDark() ? word.dataset.light : word.dataset.dark;
};

const choose = () => {
  const theme = isDark() ? "light" : "dark";
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.documentElement.dataset.theme = theme;
  document.cookie = `fg_theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  label();
};

if (button) {
  button.hidden = false;
  button.addEventListener("click", choose);
  system.addEventListener("change", label);
  label();
}
