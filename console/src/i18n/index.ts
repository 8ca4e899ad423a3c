// Languages: Chinese and English. The choice is remembered; without one the browser's own decides.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';
import enAccount from './en_account.json';
import enDesk from './en_desk.json';
import enProblems from './en_problems.json';
import enProjects from './en_projects.json';
import zh from './zh.json';
import zhAccount from './zh_account.json';
import zhDesk from './zh_desk.json';
import zhProblems from './zh_problems.json';
import zhProjects from './zh_projects.json';

const key = 'postage.language';
export const languages = ['zh', 'en'] as const;
/** All texts by language: what accounts pay and agree, projects, operators' forms and what can go wrong have own files. */
export const texts = {
  en: { ...en, ...enAccount, ...enDesk, ...enProjects, ...enProblems },
  zh: { ...zh, ...zhAccount, ...zhDesk, ...zhProjects, ...zhProblems },
};
export type Language = (typeof languages)[number];

function isLanguage(text: string | null): text is Language {
  return text === 'zh' || text === 'en';
}

/** The remembered language, else the first of the browser's that we speak, else English. */
export function chooseLanguage(kept: string | null, browser: readonly string[]): Language {
  if (isLanguage(kept)) return kept;
  const spoken = browser.map((tag) => tag.toLowerCase().split('-')[0] ?? '').find(isLanguage);
  return spoken ?? 'en';
}

function kept(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function show(language: string): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

export function setLanguage(language: Language): void {
  try {
    localStorage.setItem(key, language);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  void i18next.changeLanguage(language);
}

i18next.on('languageChanged', show);
void i18next.use(initReactI18next).init({
  lng: chooseLanguage(kept(), navigator.languages ?? [navigator.language]),
  fallbackLng: 'en',
  supportedLngs: languages,
  resources: { en: { translation: texts.en }, zh: { translation: texts.zh } },
  interpolation: { escapeValue: false },
  initAsync: false,
});

export default i18next;
